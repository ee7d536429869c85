"""What is over: ECS keeps a stopped task for an hour and a hundred events, whatever became of the service since."""

from __future__ import annotations

import re

from blogstack.aws.services import ServiceState, StoppedTask
from blogstack.doctor.snapshot import WorkloadState
from blogstack.records import replace

_HEALTH_CHECKS = re.compile(r"failed (?:ELB|container) health checks", re.IGNORECASE)


def without_history(state: WorkloadState) -> WorkloadState:
    """The workload without the events and stopped tasks that say nothing about now.

    Of a service that has reached a steady state, the events before that are over, and so are the tasks that stopped
    before it, unless they are of the version that runs and ended by themselves: that can happen again.
    """
    service = state.service
    if service is None or service.steady is None:
        return state
    stopped = tuple(task for task in state.stopped if not _is_over(service, task))
    return replace(state, service=replace(service, events=service.events_since_steady), stopped=stopped)


def _is_over(service: ServiceState, task: StoppedTask) -> bool:
    if task.stopped is None or service.steady is None or task.stopped > service.steady:
        return False
    never_ran_or_unhealthy = task.code == "TaskFailedToStart" or _HEALTH_CHECKS.search(task.reason) is not None
    return never_ran_or_unhealthy or task.task_definition != service.task_definition
