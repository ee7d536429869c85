"""Finds a task in which a command can be executed."""

from __future__ import annotations

from blogstack.aws.services import running_tasks
from blogstack.aws.session import AwsError, Session
from blogstack.blueprint.workload import Workload


class NoTask(Exception):
    """There is no such task; the text says why."""


def find_task(session: Session, workload: Workload) -> str:
    """ID of the newest running task of a workload in which ECS Exec is on.

    Raises:
        NoTask: when there is none.
        AwsError: when a call fails.
    """
    try:
        tasks = running_tasks(session, workload.cluster, workload.service_name)
    except AwsError as error:
        if error.code == "ClusterNotFoundException":
            raise NoTask(f"{workload.cluster} is not deployed") from None
        raise
    if not tasks:
        raise NoTask(f"no task of {workload.name} is running")
    for task in tasks:
        if task.exec:
            return task.id
    raise NoTask(f"the running tasks of {workload.name} were started before exec was turned on: deploy first")
