"""Why a service fails: causes, from what AWS says about stacks, services, tasks and targets.

snapshot.py asks AWS; the other modules only read its result. A cause is something that a person can change; causes
that only follow from another one come after it.
"""

from __future__ import annotations

from blogstack.diagnostics import Code
from blogstack.doctor.cause import Cause
from blogstack.doctor.checks import check_causes
from blogstack.doctor.history import without_history
from blogstack.doctor.snapshot import Snapshot, read_snapshot
from blogstack.doctor.stacks import Origins, missing_workloads, rollout_causes, stack_causes
from blogstack.doctor.tasks import task_causes

__all__ = ["Cause", "Snapshot", "diagnose", "read_snapshot"]

_FIRST = [
    Code.NOT_DEPLOYED,
    Code.IMAGE_MISSING,
    Code.IMAGE_FORBIDDEN,
    Code.IMAGE_ARCHITECTURE,
    Code.AWS_UNREACHABLE,
    Code.SECRET_UNREADABLE,
    Code.NO_ADDRESSES,
    Code.NO_CAPACITY,
    Code.OUT_OF_MEMORY,
    Code.CONTAINER_EXITS,
    Code.CONTAINER_UNHEALTHY,
    Code.HOST_REFUSED,
    Code.TARGET_STATUS,
    Code.SLOW_START,
    Code.TARGET_SILENT,
    Code.CERTIFICATE_PENDING,
    Code.RESOURCE_FAILED,
    Code.STACK_STUCK,
    Code.DEPLOYMENT_FAILED,
    Code.TASKS_MISSING,
    Code.DRIFTED,
    Code.ALARM_FIRING,
]
"""The order in which causes are reported: one that explains others comes before them."""


def diagnose(snapshot: Snapshot, origins: Origins) -> tuple[Cause, ...]:
    """What keeps an environment from working, the most likely cause first; empty if nothing is wrong.

    Args:
        snapshot: What AWS says.
        origins: For each stack, the key of the file that each of its resources comes from, by logical ID.
    """
    causes = [*stack_causes(snapshot, origins)]
    for workload in snapshot.workloads:
        failed = snapshot.failures.get(workload.workload.stack, ())
        state = without_history(workload, failed[0].time if failed else None)
        found = [*task_causes(state), *check_causes(state)]
        consequences = [*rollout_causes(state)]
        # The number of tasks is worth reporting only if nothing explains it.
        causes += [*found, *(each for each in consequences if not found or each.code is not Code.TASKS_MISSING)]
    causes = causes or [*missing_workloads(snapshot)]
    explained = {cause.workload for cause in causes if cause.workload and cause.code not in _CONSEQUENCES}
    stacks = {state.workload.stack for state in snapshot.workloads if state.workload.name in explained}
    kept = [
        cause
        for cause in causes
        # The stack of a service whose tasks fail says only that the service did not become stable.
        if not (cause.code is Code.RESOURCE_FAILED and any(f" in {stack} " in cause.message for stack in stacks))
    ]
    return tuple(sorted(kept, key=lambda cause: _FIRST.index(cause.code)))


_CONSEQUENCES = (Code.DEPLOYMENT_FAILED, Code.TASKS_MISSING)
