"""An export that another stack imports can be neither changed nor removed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
ministack enforces that for the deletion of a stack, but not for its update.
"""

from typing import Any

from .ministack_modules import ministack, service


def install() -> None:
    """Compare the exports of an update with those in use at the end of the update, as CloudFormation does."""
    stacks = ministack("services.cloudformation.stacks")
    resolve = stacks._resolve_stack_outputs

    def resolved(*args: object) -> tuple[list[dict[str, Any]], dict[str, dict[str, str]]]:
        outputs, exports = resolve(*args)
        stack_id = args[-1]
        for name, old in service("cloudformation")._exports.items():
            if old["StackId"] != stack_id:
                continue
            kept = exports.get(name)
            importer = _importer(name)
            if importer and (kept is None or kept["Value"] != old["Value"]):
                verb = "updated" if kept else "deleted"
                raise ValueError(f"Export {name} cannot be {verb} as it is in use by {importer}")
        return outputs, exports

    stacks._resolve_stack_outputs = resolved


def _importer(name: str) -> str | None:
    handlers = ministack("services.cloudformation.handlers")
    for stack_name, stack in service("cloudformation")._stacks.items():
        status = stack.get("StackStatus", "")
        live = status.endswith("_COMPLETE") and "DELETE" not in status and status != "ROLLBACK_COMPLETE"
        if live and name in handlers._imported_export_names(stack, stack_name):
            return str(stack_name)
    return None
