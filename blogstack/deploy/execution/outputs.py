"""Values of deployed stacks that steps need."""

from __future__ import annotations

from blogstack.aws.session import Session
from blogstack.aws.stacks import StackState, read_stack
from blogstack.blueprint.names import Imported, Output, Value
from blogstack.blueprint.network import Placement
from blogstack.deploy.execution.context import Failed
from blogstack.diagnostics import Code


def output_of(session: Session, stack: str, output: str) -> str:
    """An output of a stack.

    Raises:
        Failed: when the stack or the output does not exist.
        AwsError: when AWS does not answer.
    """
    return _output_in(read_stack(session, stack), stack, output)


def network_of(session: Session, placement: Placement, tasks_stack: str) -> dict[str, object]:
    """Where tasks run, as RunTask takes it.

    Raises:
        Failed: when a stack that exports it does not exist.
        AwsError: when AWS does not answer.
    """
    group = Imported(tasks_stack, Output.TASK_SECURITY_GROUP_ID)
    imported = [value.stack for value in (*placement.task_subnets, group) if isinstance(value, Imported)]
    stacks = {name: read_stack(session, name) for name in dict.fromkeys(imported)}

    def value_of(value: Value) -> str:
        return _output_in(stacks[value.stack], value.stack, value.output) if isinstance(value, Imported) else value

    return {
        "awsvpcConfiguration": {
            "subnets": [value_of(subnet) for subnet in placement.task_subnets],
            "securityGroups": [value_of(group)],
            "assignPublicIp": "ENABLED" if placement.assign_public_ip else "DISABLED",
        }
    }


def _output_in(state: StackState | None, stack: str, output: str) -> str:
    if state is None or output not in state.outputs:
        raise Failed(Code.STACK_FAILED, f"{stack} has no output {output}", f"deploy {stack} first")
    return state.outputs[output]
