"""Drops what is over: ECS keeps stopped tasks for an hour and a hundred events, even after a service has recovered."""

from __future__ import annotations

import re
from datetime import datetime

from blogstack.aws.services import ServiceState, StoppedTask
from blogstack.doctor.snapshot import WorkloadState
from blogstack.records import replace

_HEALTH_CHECKS = re.compile(r"failed (?:ELB|container) health checks", re.IGNORECASE)


def without_history(state: WorkloadState, failed: datetime | None) -> WorkloadState:
    """The workload without the events and stopped tasks that say nothing about the present.

    Once a service has reached a steady state, the events before that are over. So are the tasks that stopped before
    it, except for tasks of the running version that exited by themselves: that can happen again. A steady state after a
    failed deployment is that of the older version, so the reasons for the failure are not over.

    Args:
        state: What AWS says.
        failed: When the newest operation on the workload's stack failed; None if it did not.
    """
    service = state.service
    steady = service.last_steady(before=failed) if service else None
    if service is None or steady is None:
        return state
    stopped = tuple(task for task in state.stopped if not _is_over(service, steady.time, task))
    events = service.events[: service.events.index(steady)]
    return replace(state, service=replace(service, events=events), stopped=stopped)


def _is_over(service: ServiceState, steady: datetime, task: StoppedTask) -> bool:
    if task.stopped is None or task.stopped > steady:
        return False
    never_ran_or_unhealthy = task.code == "TaskFailedToStart" or _HEALTH_CHECKS.search(task.reason) is not None
    return never_ran_or_unhealthy or task.task_definition != service.task_definition
