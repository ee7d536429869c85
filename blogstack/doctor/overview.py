"""What runs: for each workload its version, its tasks and its deployment."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.aws.services import read_images
from blogstack.aws.session import AwsError, Session
from blogstack.doctor.snapshot import Snapshot, WorkloadState
from blogstack.records import Record


class Running(Record, kw_only=True):
    """A running workload.

    Attributes:
        name: Name of the workload.
        version: Tag or digest of its image; None if it is unknown.
        desired: How many tasks should run.
        running: How many tasks run.
        healthy: How many of its targets are healthy; None for a workload without load balancer.
        deployment: Such as COMPLETED or IN_PROGRESS; "" if ECS does not say.
    """

    name: str
    version: str | None
    desired: int
    running: int
    healthy: int | None
    deployment: str


def read_overview(session: Session, snapshot: Snapshot) -> Iterator[Running]:
    """The workloads that are deployed, in the order of deployment."""
    for state in snapshot.workloads:
        if (service := state.service) and service.is_active:
            targets = [target for target in state.targets if target.state == "healthy"]
            yield Running(
                name=state.workload.name,
                version=_version(session, state, service.task_definition),
                desired=service.desired,
                running=service.running,
                healthy=len(targets) if state.workload.exposure else None,
                deployment=service.rollouts[0].state if service.rollouts else "",
            )


def _version(session: Session, state: WorkloadState, task_definition: str) -> str | None:
    try:
        image = read_images(session, task_definition).get(state.workload.container_name, "")
    except AwsError:
        return None
    # repository:tag or repository@sha256:digest; a registry's port comes before the last slash.
    _, _, last = image.rpartition("/")
    return last.partition("@")[2] or last.partition(":")[2] or None
