"""Decisions about sidecars, and how the containers of a task share its memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from blogstack.blueprint.names import Export, Naming, Value
from blogstack.blueprint.registry import Image, resolve_tagged_image
from blogstack.blueprint.workload.check import Check, resolve_check
from blogstack.blueprint.workload.environment import resolve_environment
from blogstack.blueprint.workload.secrets import SecretVariable, resolve_secrets
from blogstack.config import Config
from blogstack.config import sidecars as source
from blogstack.config.jobs import Job
from blogstack.config.service import Service
from blogstack.config.workers import Worker
from blogstack.records import Record

# /tmp is memory, and counts as the task's: a quarter leaves the rest to the processes (docs/decisions/0005).
_TMP_SHARE = 4


class Sidecar(Record, kw_only=True):
    """A container next to the workload's own.

    Attributes:
        command: None for the image's own.
        depends_on: Names of sidecars, each with the condition to wait for.
        memory: Limit in MiB; None for no limit.
        tmp: Size of /tmp in MiB on a read-only root; None with a writable root.
    """

    name: str
    image: Image
    command: tuple[str, ...] | None
    port: int | None
    environment: Mapping[str, Value | Export]
    secrets: tuple[SecretVariable, ...]
    essential: bool
    depends_on: Mapping[str, str]
    memory: int | None
    tmp: int | None
    check: Check | None


def resolve_sidecars(task: Service | Worker | Job, config: Config, naming: Naming) -> tuple[Sidecar, ...]:
    """Every sidecar of a workload, sorted by name."""
    tmp = tmp_size(task.memory, task.sidecars.values())
    return tuple(_sidecar(name, sidecar, tmp, config, naming) for name, sidecar in sorted(task.sidecars.items()))


def tmp_size(memory: int, sidecars: Collection[source.Sidecar]) -> int:
    """MiB of /tmp in each container without a limit: together a quarter of what the limited ones leave.

    BS343 makes sure that this is more than 0.

    Args:
        memory: MiB of the task.
        sidecars: Its sidecars.
    """
    limits = [sidecar.memory for sidecar in sidecars if sidecar.memory]
    others = 1 + len(sidecars) - len(limits)
    return (memory - sum(limits)) // _TMP_SHARE // others


def _sidecar(name: str, sidecar: source.Sidecar, tmp: int, config: Config, naming: Naming) -> Sidecar:
    return Sidecar(
        name=name,
        image=resolve_tagged_image(config, sidecar.image),
        command=sidecar.command,
        port=sidecar.port,
        environment=resolve_environment(sidecar.environment, naming),
        secrets=resolve_secrets(sidecar.secrets, naming),
        essential=sidecar.essential,
        depends_on=dict(sorted(sidecar.depends_on.items())),
        memory=sidecar.memory,
        tmp=(sidecar.memory // _TMP_SHARE if sidecar.memory else tmp) if sidecar.readonly_root else None,
        check=resolve_check(sidecar.health),
    )
