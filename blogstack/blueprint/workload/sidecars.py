"""Decisions about sidecars, and how the containers of a task share its memory."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import Naming
from blogstack.blueprint.registry import EcrArn
from blogstack.blueprint.workload.check import Check
from blogstack.blueprint.workload.secrets import SecretVariable, resolve_secrets
from blogstack.config.image import Image
from blogstack.config.service import Service
from blogstack.facts.images import ecr_repository, registry, without_tag
from blogstack.records import Record

# /tmp is memory, and counts as the task's: a quarter leaves the rest to the processes (docs/decisions/0005).
_TMP_SHARE = 4


class Sidecar(Record, kw_only=True):
    """A container next to the workload's own.

    Attributes:
        repository: The ECR repository that the execution role may pull from; None for an image elsewhere.
        credentials: ARN of the secret with the registry's credentials; None for ECR and for public images.
        command: None for the image's own.
        depends_on: Names of sidecars, each with the condition to wait for.
        memory: Limit in MiB; None for no limit.
        tmp: Size of /tmp in MiB on a read-only root; None with a writable root.
    """

    name: str
    image: str
    repository: EcrArn | None
    credentials: str | None
    command: tuple[str, ...] | None
    port: int | None
    environment: Mapping[str, str]
    secrets: tuple[SecretVariable, ...]
    essential: bool
    depends_on: Mapping[str, str]
    memory: int | None
    tmp: int | None
    check: Check | None


def resolve_sidecars(service: Service, image: Image, naming: Naming) -> tuple[Sidecar, ...]:
    """Every sidecar of a workload, sorted by name; `image` is the key of the file with the registry's credentials."""
    return tuple(_sidecar(service, image, naming, name) for name in sorted(service.sidecars))


def tmp_size(service: Service) -> int:
    """MiB of /tmp in each container without a limit: together a quarter of what the limited ones leave.

    BS343 makes sure that this is more than 0.
    """
    limits = [sidecar.memory for sidecar in service.sidecars.values() if sidecar.memory]
    others = 1 + len(service.sidecars) - len(limits)
    return (service.memory - sum(limits)) // _TMP_SHARE // others


def _sidecar(service: Service, image: Image, naming: Naming, name: str) -> Sidecar:
    sidecar = service.sidecars[name]
    ecr = ecr_repository(without_tag(sidecar.image))
    same_registry = image.uri is not None and registry(image.uri) == registry(sidecar.image)
    tmp = sidecar.memory // _TMP_SHARE if sidecar.memory else tmp_size(service)
    health = sidecar.health
    return Sidecar(
        name=name,
        image=sidecar.image,
        repository=EcrArn(*ecr) if ecr else None,
        credentials=image.credentials if same_registry else None,
        command=sidecar.command,
        port=sidecar.port,
        environment=dict(sorted(sidecar.environment.items())),
        secrets=resolve_secrets(sidecar.secrets, naming),
        essential=sidecar.essential,
        depends_on=dict(sorted(sidecar.depends_on.items())),
        memory=sidecar.memory,
        tmp=tmp if sidecar.readonly_root else None,
        check=Check(
            target=health.command,
            interval=health.interval,
            timeout=health.timeout,
            unhealthy=health.retries,
            start=health.start_period,
        )
        if health
        else None,
    )
