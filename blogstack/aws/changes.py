"""The calls that change something: tasks that are started, deployments that are stopped, stacks updated and deleted."""

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
        session: With AWS.
        cluster: Name of the cluster.
        task_definition: ARN, or a family for its newest version.
        network: Where it runs, as RunTask takes it.
        started_by: The name by which it is found again.
        commands: What containers run instead of their own command, by name.

    Raises:
        NotStarted: when ECS has a reason not to, such as no capacity.
        AwsError: when it refuses the call.
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
    raise NotStarted("; ".join(reasons) or "it gave no reason")


def stop_deployment(session: Session, arn: str) -> None:
    """End a deployment of a service: ECS goes back to the version before.

    Raises:
        AwsError: when ECS does not.
    """
    session.call("ecs", "stop_service_deployment", serviceDeploymentArn=arn, stopType="ROLLBACK")


def update_parameter(session: Session, stack: str, names: Iterable[str], changed: Mapping[str, str]) -> bool:
    """Update a stack with its own template and other values of parameters; returns whether there is anything to do.

    Args:
        session: With AWS.
        stack: Name of the stack.
        names: Of all its parameters.
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
