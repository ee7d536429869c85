"""Decisions about the sidecars, and how the containers of a task share its memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from blogstack.blueprint.check import Check
from blogstack.blueprint.names import Naming
from blogstack.blueprint.registry import EcrArn
from blogstack.blueprint.secrets import SecretVariable, resolve_variables
from blogstack.config import Config
from blogstack.facts.images import ecr_repository, registry, without_tag

# /tmp is memory, counted in the task's own: a quarter of it leaves the processes the rest.
_TMP_SHARE = 4


class Sidecar(NamedTuple):
    """A container beside the service's own.

    Attributes:
        repository: The ECR repository that the execution role may pull from: none for an image elsewhere.
        credentials: ARN of the secret that opens the registry: none for ECR and for public images.
        command: Empty for the image's own.
        port: 0 for none.
        depends_on: Names of sidecars, each with the condition that it has to reach.
        memory: The most that it may take, in MiB; 0 for no limit.
        tmp: Size of /tmp in MiB on a read-only root; 0 when the root is writable.
    """

    name: str
    image: str
    repository: EcrArn | None
    credentials: str | None
    command: tuple[str, ...]
    port: int
    environment: Mapping[str, str]
    secrets: tuple[SecretVariable, ...]
    essential: bool
    depends_on: Mapping[str, str]
    memory: int
    tmp: int
    check: Check | None


def resolve_sidecars(config: Config, names: Naming) -> tuple[Sidecar, ...]:
    """Every sidecar, by name."""
    return tuple(_sidecar(config, names, name) for name in sorted(config.service.sidecars))


def tmp_size(config: Config) -> int:
    """MiB of /tmp in each container without a limit of its own: together a quarter of what the limited ones leave.

    BS343 sees to it that this is more than nothing.
    """
    service = config.service
    limited = [sidecar.memory for sidecar in service.sidecars.values() if sidecar.memory]
    others = 1 + len(service.sidecars) - len(limited)
    return (service.memory - sum(limited)) // _TMP_SHARE // others


def _sidecar(config: Config, names: Naming, name: str) -> Sidecar:
    own, image = config.service.sidecars[name], config.image
    ecr = ecr_repository(without_tag(own.image))
    same_registry = image.uri is not None and registry(image.uri) == registry(own.image)
    tmp = own.memory // _TMP_SHARE if own.memory else tmp_size(config)
    return Sidecar(
        name=name,
        image=own.image,
        repository=EcrArn(*ecr) if ecr else None,
        credentials=image.credentials if same_registry else None,
        command=own.command or (),
        port=own.port or 0,
        environment=dict(sorted(own.environment.items())),
        secrets=tuple(sorted(resolve_variables(own.secrets, names))),
        essential=own.essential,
        depends_on=dict(sorted(own.depends_on.items())),
        memory=own.memory or 0,
        tmp=tmp if own.readonly_root else 0,
        check=Check(
            target=own.health.command,
            interval=own.health.interval,
            timeout=own.health.timeout,
            unhealthy=own.health.retries,
            start=own.health.start_period,
        )
        if own.health
        else None,
    )
