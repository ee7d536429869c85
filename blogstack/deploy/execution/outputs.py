"""Values of deployed stacks that steps need."""

from __future__ import annotations

from blogstack.aws.session import Session
from blogstack.aws.stacks import read_stack
from blogstack.blueprint.names import Imported, Output, Value
from blogstack.blueprint.network import Placement
from blogstack.deploy.execution.context import Failed
from blogstack.diagnostics import Code


def output_of(session: Session, stack: str, output: str) -> str:
    """An output of a stack.

    Raises:
        Failed: when the stack or the output is not there.
        AwsError: when AWS does not answer.
    """
    found = read_stack(session, stack)
    if found is None or output not in found.outputs:
        raise Failed(Code.STACK_FAILED, f"{stack} has no output {output}", f"deploy {stack} first")
    return found.outputs[output]


def network_of(session: Session, placement: Placement, tasks_stack: str) -> dict[str, object]:
    """Where tasks run, as RunTask takes it.

    Raises:
        Failed: when a stack that says it is not there.
        AwsError: when AWS does not answer.
    """
    return {
        "awsvpcConfiguration": {
            "subnets": [_value(session, subnet) for subnet in placement.task_subnets],
            "securityGroups": [output_of(session, tasks_stack, Output.TASK_SECURITY_GROUP_ID)],
            "assignPublicIp": "ENABLED" if placement.assign_public_ip else "DISABLED",
        }
    }


def _value(session: Session, value: Value) -> str:
    return output_of(session, value.stack, value.output) if isinstance(value, Imported) else value
