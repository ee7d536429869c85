"""Which task a command can be executed in."""

from __future__ import annotations

from blogstack.aws.services import running_tasks
from blogstack.aws.session import AwsError, Session
from blogstack.blueprint.workload import Workload


class NoTask(Exception):
    """There is no task for it; the text says why."""


def find_task(session: Session, workload: Workload) -> str:
    """ID of the newest running task of a workload in which ECS Exec is on.

    Raises:
        NoTask: when there is none.
        AwsError: when it cannot be known.
    """
    try:
        tasks = running_tasks(session, workload.cluster, workload.service_name)
    except AwsError as error:
        if error.code == "ClusterNotFoundException":
            raise NoTask(f"nothing of {workload.cluster} is deployed") from None
        raise
    if not tasks:
        raise NoTask(f"no task of {workload.name} is running")
    for task in tasks:
        if task.exec:
            return task.id
    raise NoTask(f"the running tasks of {workload.name} were started before exec was on: deploy first")
