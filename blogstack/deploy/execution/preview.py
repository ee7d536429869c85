"""What a deployment will do, from change sets that are created before it: nothing is changed yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from typing import Any

from blogstack.aws.change_sets import Change, ChangeSet
from blogstack.aws.session import AwsError
from blogstack.aws.stacks import StackState, read_exports, read_stack, read_template_body
from blogstack.deploy.execution.context import Context, Unchanged
from blogstack.deploy.execution.stacks import DELETE_FIRST, is_new, make_change_set, refuse_stuck
from blogstack.deploy.steps import DeployStack, Step
from blogstack.diff.data import describe_data
from blogstack.diff.effects import Effect
from blogstack.diff.references import imports
from blogstack.facts.updates import REVISED
from blogstack.records import Record
from blogstack.source.template import UnreadableTemplate, read_template

_SIDE_BY_SIDE = 8


class PlannedChange(StrEnum):
    """What becomes of a stack."""

    CREATE = "create"
    UPDATE = "update"
    NOTHING = "unchanged"
    WAIT = "in progress"
    """An operation is in progress; what will happen is known only after it."""


class ResourcePreview(Record, kw_only=True):
    """What becomes of a resource.

    Attributes:
        data: What becomes of the data that it holds; None if no data is in danger.
    """

    logical_id: str
    type: str
    effect: Effect
    data: str | None = None


class StackPreview(Record, kw_only=True):
    """What becomes of a stack.

    Attributes:
        by_aws: Whether it comes from a change set; else from the template, for a stack that needs another one first.
    """

    stack: str
    will: PlannedChange
    resources: tuple[ResourcePreview, ...] = ()
    by_aws: bool = True


def preview(context: Context, steps: Iterable[Step]) -> list[StackPreview]:
    """What the steps will do to their stacks; the change sets are kept in the context for their execution.

    Raises:
        Failed: when a stack cannot be updated, or CloudFormation rejects a change set.
        AwsError: when AWS does not answer.
    """
    actions = [step.action for step in steps if isinstance(step.action, DeployStack)]
    exports = read_exports(context.session) if actions else frozenset()
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        return list(threads.map(lambda action: _preview(context, action, exports), actions))


def discard(context: Context) -> None:
    """Delete the change sets that were created, and the stacks in review that they left; errors are ignored."""
    for prepared in context.prepared.values():
        with suppress(AwsError):
            if isinstance(prepared, ChangeSet):
                operation, name = (
                    ("delete_stack", "StackName") if prepared.creates else ("delete_change_set", "ChangeSetName")
                )
                id = prepared.stack_id if prepared.creates else prepared.id
                context.session.call("cloudformation", operation, **{name: id})
    context.prepared.clear()


def _preview(context: Context, action: DeployStack, exports: frozenset[str]) -> StackPreview:
    stack = action.stack
    before = read_stack(context.session, stack)
    tree = read_template(context.templates[stack].text)
    if before is not None and before.is_busy:
        return StackPreview(stack=stack, will=PlannedChange.WAIT)
    if before is None or before.status not in DELETE_FIRST:
        refuse_stuck(context, stack, before)
    has_everything = exports.issuperset(imports(tree))
    if (before is not None and before.status in DELETE_FIRST) or not has_everything:
        return _from_template(stack, tree, before)
    values = action.creation_parameters if action.creation_parameters and is_new(before) else action.parameters
    made = context.prepared[stack] = make_change_set(context, action, values, before)
    if isinstance(made, Unchanged):
        return StackPreview(stack=stack, will=PlannedChange.NOTHING)
    old = _deployed(context, stack) if any(change.action == "Remove" for change in made.changes) else {}
    resources = tuple(_resource(change, tree["Resources"], old) for change in made.changes)
    return StackPreview(
        stack=stack, will=PlannedChange.CREATE if made.creates else PlannedChange.UPDATE, resources=resources
    )


def _from_template(stack: str, tree: Mapping[str, Any], before: StackState | None) -> StackPreview:
    if not is_new(before):  # it imports what another stack will export first
        return StackPreview(stack=stack, will=PlannedChange.UPDATE, by_aws=False)
    resources = tuple(
        ResourcePreview(logical_id=name, type=body["Type"], effect=Effect.CREATED)
        for name, body in tree["Resources"].items()
    )
    return StackPreview(stack=stack, will=PlannedChange.CREATE, resources=resources, by_aws=False)


def _resource(change: Change, new: Mapping[str, Any], old: Mapping[str, Any]) -> ResourcePreview:
    effect = _effect(change)
    body = (old if effect is Effect.DELETED else new).get(change.logical_id)
    in_danger = effect in (Effect.MAY_REPLACE, Effect.REPLACED, Effect.DELETED) and body is not None
    data = describe_data(body, effect) if in_danger and body is not None else None
    return ResourcePreview(logical_id=change.logical_id, type=change.type, effect=effect, data=data)


def _effect(change: Change) -> Effect:
    match change.action, change.replacement:
        case (("Add" | "Import"), _):
            return Effect.CREATED
        case "Remove", _:
            return Effect.DELETED
        case _, "True" if change.type in REVISED:
            return Effect.REVISED
        case _, "True":
            return Effect.REPLACED
        case _, "Conditional":
            return Effect.MAY_REPLACE
    return Effect.IN_PLACE


def _deployed(context: Context, stack: str) -> Mapping[str, Any]:
    """The resources of the deployed template; empty if it cannot be read."""
    with suppress(AwsError, UnreadableTemplate):
        body = read_template_body(context.session, stack)
        tree = read_template(body) if isinstance(body, str) else body
        resources: Mapping[str, Any] = tree["Resources"]
        return resources
    return {}
