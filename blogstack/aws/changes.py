"""The calls that change something: start tasks, stop deployments, update and delete stacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from blogstack.aws.session import AwsError, Session


class NotStarted(Exception):
    """ECS did not start a task; the text is its reason."""


def run_task(
    session: Session,
    *,
    cluster: str,
    task_definition: str,
    network: Mapping[str, object],
    started_by: str,
    commands: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Start one task on Fargate; returns its ARN.

    Args:
        session: Session with AWS.
        cluster: Name of the cluster.
        task_definition: ARN, or a family for its newest version.
        network: Where it runs, as RunTask takes it.
        started_by: A name by which the task can be found again.
        commands: What containers run instead of their own command, by the container's name.

    Raises:
        NotStarted: when ECS does not start it, for example for lack of capacity.
        AwsError: when the call fails.
    """
    answer = session.call(
        "ecs",
        "run_task",
        cluster=cluster,
        taskDefinition=task_definition,
        launchType="FARGATE",
        propagateTags="TASK_DEFINITION",
        startedBy=started_by,
        networkConfiguration=network,
        overrides={"containerOverrides": [{"name": name, "command": list(words)} for name, words in commands.items()]},
    )
    for task in answer.get("tasks", ()):
        return str(task["taskArn"])
    reasons: Iterable[str] = (
        " ".join(filter(None, (each.get("reason"), each.get("detail")))) for each in answer.get("failures", ())
    )
    raise NotStarted("; ".join(reasons) or "ECS gave no reason")


def stop_deployment(session: Session, arn: str) -> None:
    """Stop a deployment of a service: ECS rolls back to the previous version.

    Raises:
        AwsError: when the call fails.
    """
    session.call("ecs", "stop_service_deployment", serviceDeploymentArn=arn, stopType="ROLLBACK")


def update_parameter(session: Session, stack: str, names: Iterable[str], changed: Mapping[str, str]) -> bool:
    """Update a stack with its own template and other values of parameters; returns False if nothing changes.

    Args:
        session: Session with AWS.
        stack: Name of the stack.
        names: Names of all its parameters.
        changed: The new values.

    Raises:
        AwsError: when CloudFormation refuses it.
    """
    parameters = [
        {"ParameterKey": name, "ParameterValue": changed[name]}
        if name in changed
        else {"ParameterKey": name, "UsePreviousValue": True}
        for name in names
    ]
    try:
        session.call(
            "cloudformation",
            "update_stack",
            StackName=stack,
            UsePreviousTemplate=True,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
        )
    except AwsError as error:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
        if error.code == "ValidationError" and "No updates are to be performed" in error.message:
            return False
        raise
    return True


def delete_stack(session: Session, stack: str) -> None:
    """Start the deletion of a stack.

    Raises:
        AwsError: when CloudFormation refuses it.
    """
    session.call("cloudformation", "delete_stack", StackName=stack)
