"""Finished change sets are replaced by new ones with the same name.

`aws cloudformation deploy` names its change sets by the second. Deployments to AWS take longer than
that, but here two of one stack may start in the same second.
"""

from typing import Any

from .ministack_modules import service

OPEN = ("AVAILABLE", "EXECUTE_IN_PROGRESS")


def install() -> None:
    """Remove a finished change set when its name is used again."""
    cloudformation = service("cloudformation")
    actions = cloudformation._ACTION_HANDLERS
    create = actions["CreateChangeSet"]

    def create_or_replace(params: dict[str, list[str]]) -> Any:  # noqa: ANN401 - ministack is not typed
        wanted = [params.get(key, [""])[0] for key in ("StackName", "ChangeSetName")]
        change_sets = cloudformation._change_sets
        for change_set_id, known in list(change_sets.items()):
            over = known["ExecutionStatus"] not in OPEN
            if over and [known["StackName"], known["ChangeSetName"]] == wanted:
                del change_sets[change_set_id]
        return create(params)

    actions["CreateChangeSet"] = create_or_replace
