"""What ECS says about services: counts, deployments, events, and stopped tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from blogstack.aws.session import Session
from blogstack.records import Record

_MAX_SERVICES = 10  # in one call: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
_STEADY = "has reached a steady state"
_TASKS = 10


class Rollout(Record, kw_only=True):
    """A deployment of a service: tasks of one version.

    Attributes:
        status: PRIMARY for the newest, ACTIVE for one that is being replaced.
        state: IN_PROGRESS, COMPLETED or FAILED; "" if ECS reports none.
        reason: Reason for the state, in ECS's words.
        task_definition: ARN.
    """

    status: str
    state: str
    reason: str
    task_definition: str
    desired: int
    running: int
    pending: int
    failed: int


class ServiceEvent(Record):
    """A message from ECS about a service.

    Attributes:
        time: When ECS wrote it.
        message: The message.
    """

    time: datetime
    message: str


class ServiceState(Record, kw_only=True):
    """An ECS service.

    Attributes:
        is_active: False for a deleted service, which ECS still shows, for example after a failed creation.
        task_definition: ARN of the newest version's task definition.
        rollouts: The deployments, the newest first.
        events: ECS's messages, the newest first; ECS keeps a hundred.
    """

    name: str
    is_active: bool
    desired: int
    running: int
    pending: int
    task_definition: str
    rollouts: tuple[Rollout, ...]
    events: tuple[ServiceEvent, ...]

    @property
    def messages(self) -> tuple[str, ...]:
        """ECS's messages without their times, the newest first."""
        return tuple(event.message for event in self.events)

    def last_steady(self, before: datetime | None = None) -> ServiceEvent | None:
        """The last event that says that the service has reached a steady state; None without one.

        Args:
            before: Only events before this moment count.
        """
        steady = (event for event in self.events if _STEADY in event.message)
        return next((event for event in steady if before is None or event.time < before), None)

    @property
    def is_stable(self) -> bool:
        """Whether it runs the desired tasks, and no others: the condition of the AWS CLI's waiter.

        Source: https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/services-stable.html
        """
        return len(self.rollouts) == 1 and self.running == self.desired


class ContainerEnd(Record):
    """How a container of a stopped task ended.

    Attributes:
        name: Name of the container.
        exit_code: None for a container that never started.
        reason: Reason, in ECS's words; "" without one.
        health: HEALTHY, UNHEALTHY or UNKNOWN.
    """

    name: str
    exit_code: int | None
    reason: str
    health: str


class StoppedTask(Record, kw_only=True):
    """A task that has stopped; ECS keeps it for an hour.

    Attributes:
        id: Last part of its ARN, as in the names of its log streams.
        code: Such as EssentialContainerExited.
        reason: Reason, in ECS's words.
        started: When its containers ran; None if they never did.
        stopped: When it ended.
        task_definition: ARN.
        containers: How the task's containers ended.
    """

    id: str
    code: str
    reason: str
    started: datetime | None
    stopped: datetime | None
    task_definition: str
    containers: tuple[ContainerEnd, ...]


def read_services(
    session: Session, cluster: str, names: Iterable[str], *, deleted: bool = False
) -> dict[str, ServiceState]:
    """Those services of a cluster that exist, by name.

    Args:
        session: Session with AWS.
        cluster: Name of the cluster.
        names: Names of the services.
        deleted: Whether to include deleted services that ECS still shows:
            https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html

    Raises:
        AwsError: when a call fails.
    """
    wanted = list(names)
    found: dict[str, ServiceState] = {}
    for start in range(0, len(wanted), _MAX_SERVICES):
        part = wanted[start : start + _MAX_SERVICES]
        for service in session.call("ecs", "describe_services", cluster=cluster, services=part)["services"]:
            if deleted or service["status"] == "ACTIVE":
                found[service["serviceName"]] = _service(service)
    return found


def stopped_tasks(session: Session, cluster: str, service: str) -> tuple[StoppedTask, ...]:
    """The tasks of a service that stopped in the last hour, the newest first; ten at most.

    Raises:
        AwsError: when a call fails.
    """
    # By family, because ECS does not accept the name of a deleted service; one-off tasks have another group.
    arns = list(
        session.pages("ecs", "list_tasks", "taskArns", cluster=cluster, family=service, desiredStatus="STOPPED")
    )
    if not arns:
        return ()
    tasks = session.call("ecs", "describe_tasks", cluster=cluster, tasks=arns[:100])["tasks"]
    known = [
        _task(task)
        for task in tasks
        if task.get("group") == f"service:{service}"
        and (task.get("lastStatus") == "STOPPED" or task.get("stoppedReason"))
    ]
    return tuple(sorted(known, key=lambda task: task.stopped.timestamp() if task.stopped else 0, reverse=True)[:_TASKS])


def read_task(session: Session, cluster: str, arn: str) -> tuple[str, StoppedTask]:
    """The status of a task, such as RUNNING, and how it ended, as far as it has ended.

    Raises:
        AwsError: when a call fails.
    """
    answer = session.call("ecs", "describe_tasks", cluster=cluster, tasks=[arn])
    if not answer["tasks"]:  # ECS forgets a stopped task after an hour, and may not find a new one at once
        return "PROVISIONING", _task({"taskArn": arn})
    (task,) = answer["tasks"]
    return task.get("lastStatus", ""), _task(task)


class RunningTask(Record):
    """A task that runs.

    Attributes:
        id: Last part of its ARN.
        exec: Whether ECS Exec was on when the task started.
    """

    id: str
    exec: bool


def running_tasks(session: Session, cluster: str, family: str) -> tuple[RunningTask, ...]:
    """The running tasks of a family of task definitions, the newest first.

    Raises:
        AwsError: when a call fails.
    """
    arns = list(session.pages("ecs", "list_tasks", "taskArns", cluster=cluster, family=family, desiredStatus="RUNNING"))
    if not arns:
        return ()
    tasks = session.call("ecs", "describe_tasks", cluster=cluster, tasks=arns[:100])["tasks"]
    running = [task for task in tasks if task.get("lastStatus") == "RUNNING"]
    running.sort(key=lambda task: task["startedAt"].timestamp() if "startedAt" in task else 0, reverse=True)
    return tuple(
        RunningTask(task["taskArn"].rpartition("/")[2], task.get("enableExecuteCommand", False)) for task in running
    )


class ServiceDeployment(Record):
    """A deployment of a service by ECS.

    Attributes:
        arn: ARN of the deployment.
        status: Such as IN_PROGRESS.
        reason: Reason for the status, in ECS's words.
    """

    arn: str
    status: str
    reason: str


def running_deployment(session: Session, cluster: str, service: str) -> ServiceDeployment | None:
    """The deployment of a service that is in progress; None without one.

    Raises:
        AwsError: when a call fails.
    """
    answer = session.call(
        "ecs", "list_service_deployments", cluster=cluster, service=service, status=["PENDING", "IN_PROGRESS"]
    )
    found = [_deployment(each) for each in answer.get("serviceDeployments", ())]
    return next((each for each in found if each.status in ("PENDING", "IN_PROGRESS")), None)


def read_deployment(session: Session, arn: str) -> ServiceDeployment:
    """A deployment of a service.

    Raises:
        AwsError: when a call fails.
    """
    answer = session.call("ecs", "describe_service_deployments", serviceDeploymentArns=[arn])
    return _deployment(answer["serviceDeployments"][0])


def _deployment(found: Mapping[str, Any]) -> ServiceDeployment:
    return ServiceDeployment(found["serviceDeploymentArn"], found["status"], found.get("statusReason", ""))


def read_images(session: Session, task_definition: str) -> dict[str, str]:
    """The image of each container of a task definition, by the container's name.

    Raises:
        AwsError: when a call fails.
    """
    answer = session.call("ecs", "describe_task_definition", taskDefinition=task_definition)
    return {each["name"]: each["image"] for each in answer["taskDefinition"]["containerDefinitions"]}


def _service(service: dict[str, Any]) -> ServiceState:
    rollouts = tuple(
        Rollout(
            status=each.get("status", ""),
            state=each.get("rolloutState", ""),
            reason=each.get("rolloutStateReason", ""),
            task_definition=each.get("taskDefinition", ""),
            desired=each.get("desiredCount", 0),
            running=each.get("runningCount", 0),
            pending=each.get("pendingCount", 0),
            failed=each.get("failedTasks", 0),
        )
        for each in service.get("deployments", ())
    )
    return ServiceState(
        name=service["serviceName"],
        is_active=service["status"] == "ACTIVE",
        desired=service["desiredCount"],
        running=service["runningCount"],
        pending=service["pendingCount"],
        task_definition=service.get("taskDefinition", ""),
        rollouts=rollouts,
        events=tuple(ServiceEvent(event["createdAt"], event["message"]) for event in service.get("events", ())),
    )


def _task(task: dict[str, Any]) -> StoppedTask:
    return StoppedTask(
        id=task["taskArn"].rpartition("/")[2],
        code=task.get("stopCode", ""),
        reason=task.get("stoppedReason", ""),
        started=task.get("startedAt"),
        stopped=task.get("stoppedAt"),
        task_definition=task.get("taskDefinitionArn", ""),
        containers=tuple(
            ContainerEnd(each["name"], each.get("exitCode"), each.get("reason", ""), each.get("healthStatus", ""))
            for each in task.get("containers", ())
        ),
    )
