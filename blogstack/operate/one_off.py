"""A task that runs once: with the task definition of a job, or with the service's and another command."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from blogstack.aws.changes import run_task
from blogstack.aws.logs import next_lines
from blogstack.aws.services import ContainerEnd, StoppedTask, read_services, read_task
from blogstack.aws.session import Session
from blogstack.aws.stacks import read_stack
from blogstack.blueprint.workload import EcsService, Workload
from blogstack.deploy.execution.context import Failed
from blogstack.deploy.execution.outputs import network_of
from blogstack.operate.waiting import retry
from blogstack.records import Record

POLL = 2.0
"""Seconds between two requests about a task."""
_LOOKS = 24 * 3600 // 2
"""Requests in a day; the printed script waits as long for a release step."""
_LAST_LOOKS = 3
"""Requests after the end: CloudWatch Logs may have the last lines some seconds later."""


class NotDeployed(Exception):
    """Something that the task needs does not exist; the text says what."""


class Started(Record):
    """A task that was started.

    Attributes:
        arn: Of the task.
        stream: Name of the log stream of its own container.
    """

    arn: str
    stream: str

    @property
    def id(self) -> str:
        """Last part of its ARN."""
        return self.arn.rpartition("/")[2]


def start(session: Session, workload: Workload, command: Sequence[str]) -> Started:
    """Start a task of a workload.

    Args:
        session: Session with AWS.
        workload: The workload whose task definition to use: the running one of a service, the newest one of a job.
        command: What its container runs; empty for its own command.

    Raises:
        NotDeployed: when a stack or the service is missing.
        NotStarted: when ECS has a reason not to start it.
        AwsError: when a call fails.
    """
    definition = _task_definition(session, workload)
    try:
        network = network_of(session, workload.placement, workload.tasks_stack)
    except Failed as error:
        raise NotDeployed(error.message) from None
    arn = run_task(
        session,
        cluster=workload.cluster,
        task_definition=definition,
        network=network,
        started_by="blogstack run",
        commands={workload.container_name: command} if command else {},
    )
    return Started(arn, f"{workload.log_prefix}/{workload.container_name}/{arn.rpartition('/')[2]}")


def watch(
    session: Session, workload: Workload, task: Started, pause: Callable[[float], object] = time.sleep
) -> Iterator[str | StoppedTask]:
    """The lines of a task as they come and, at the end, how it ended.

    Raises:
        AwsError: when a call fails.
    """
    token = ""
    for _ in range(_LOOKS):
        status, state = retry(lambda: read_task(session, workload.cluster, task.arn), pause)
        stopped = status == "STOPPED"
        for _ in range(_LAST_LOOKS if stopped and _ran(state) else 1):
            lines, token = retry(partial(next_lines, session, workload.log_group, task.stream, token), pause)
            yield from (line.text for line in lines)
            pause(POLL)
        if stopped:
            yield state
            return


def own_container(workload: Workload, state: StoppedTask) -> ContainerEnd | None:
    """How the workload's own container ended, among sidecars; None if the task has none yet."""
    return next((each for each in state.containers if each.name == workload.container_name), None)


def _ran(state: StoppedTask) -> bool:
    return any(each.exit_code is not None for each in state.containers)


def _task_definition(session: Session, workload: Workload) -> str:
    if read_stack(session, workload.stack) is None:
        raise NotDeployed(f"there is no stack {workload.stack}: deploy first")
    if not isinstance(workload, EcsService):
        return workload.service_name
    service = read_services(session, workload.cluster, [workload.service_name]).get(workload.service_name)
    if service is None:
        raise NotDeployed(f"there is no service {workload.service_name}: deploy first")
    return service.task_definition
