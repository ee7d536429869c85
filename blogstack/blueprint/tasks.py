"""Decisions about the tasks: the container, and what every task of the service shares."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import NamedTuple

from blogstack.blueprint.access_logs import AccessLogs, resolve_access_logs
from blogstack.blueprint.check import Check
from blogstack.blueprint.database import Database
from blogstack.blueprint.names import TASKS, Imported, Naming
from blogstack.blueprint.network import Placement
from blogstack.blueprint.registry import Image
from blogstack.blueprint.secrets import SecretVariable, resolve_secrets
from blogstack.blueprint.sidecars import Sidecar, resolve_sidecars, tmp_size
from blogstack.config import Config
from blogstack.facts.frameworks import START_UP

# Amazon ECS task definition parameters: EphemeralStorage may be given from 21 GiB on; 20 is what a task has anyway.
_FREE_STORAGE = 20


class Container(NamedTuple):
    """What runs in a task.

    Attributes:
        ephemeral_storage: GiB; 0 for what every task has.
        tmp: Size of /tmp in MiB on a read-only root; 0 when the root is writable.
        user: "" for the image's own.
        command: Empty for the image's own.
        depends_on: Names of sidecars, each with the condition that it has to reach.
    """

    cpu: int
    memory: int
    ephemeral_storage: int
    architecture: str
    port: int
    command: tuple[str, ...]
    environment: Mapping[str, str]
    tmp: int
    user: str
    exec: bool
    stop_timeout: int
    depends_on: Mapping[str, str]
    check: Check


class Statement(NamedTuple):
    """An IAM statement that the user wrote."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


class DatabaseAccess(NamedTuple):
    """The way from the tasks to the database."""

    security_group: Imported
    port: int


class Tasks(NamedTuple):
    """The tasks stack: what the service and its release step share, and the release step.

    Attributes:
        name: Of the cluster, the ECS service, the container and the task family.
        kms_key: Of logs and secrets; "" for AWS's own.
        release: Words of the release step's command; empty for none.
        access_logs: The load balancer's, which must outlive it; None for no bucket of their own.
    """

    stack: str
    name: str
    log_group: str
    log_retention: int
    container_insights: bool
    placement: Placement
    image: Image
    container: Container
    sidecars: tuple[Sidecar, ...]
    secrets: tuple[SecretVariable, ...]
    permissions: tuple[Statement, ...]
    database: DatabaseAccess | None
    release: tuple[str, ...]
    access_logs: AccessLogs | None
    kms_key: str
    tags: dict[str, str]

    @property
    def every_secret(self) -> tuple[SecretVariable, ...]:
        """The secret variables of every container of a task."""
        return (*self.secrets, *(secret for sidecar in self.sidecars for secret in sidecar.secrets))


def resolve_tasks(
    config: Config, names: Naming, image: Image, placement: Placement, database: Database | None
) -> Tasks:
    """Every decision about the tasks stack."""
    access = DatabaseAccess(Imported(database.stack, "SecurityGroupId"), database.port) if database else None
    return Tasks(
        stack=names.stack(TASKS),
        name=names.service,
        log_group=f"/ecs/{names.service}",
        log_retention=config.logs.retention,
        container_insights=config.logs.container_insights,
        placement=placement,
        image=image,
        container=_container(config),
        sidecars=resolve_sidecars(config, names),
        secrets=resolve_secrets(config, names, database),
        permissions=tuple(Statement(s.actions, s.resources) for s in config.service.permissions),
        database=access,
        release=config.service.release or (),
        access_logs=resolve_access_logs(config),
        kms_key=config.kms_key or "",
        tags=dict(names.tags),
    )


def _container(config: Config) -> Container:
    service, health = config.service, config.service.health
    start = health.start_period
    url = shlex.quote(f"http://127.0.0.1:{service.port}{health.path}")
    return Container(
        cpu=service.cpu,
        memory=service.memory,
        ephemeral_storage=service.ephemeral_storage if service.ephemeral_storage > _FREE_STORAGE else 0,
        architecture=config.image.architecture.upper(),
        port=service.port,
        command=service.command or (),
        # What the user wrote wins; a PORT that differs from the port is a warning (BS314).
        environment=dict(sorted({"PORT": str(service.port), **service.environment}.items())),
        tmp=tmp_size(config) if service.readonly_root else 0,
        user=service.user or "",
        exec=service.exec,
        stop_timeout=service.stop_timeout,
        depends_on=dict(sorted(service.depends_on.items())),
        check=Check(
            target=health.command or f"curl -fsS {url} || exit 1",
            interval=health.interval,
            timeout=health.timeout,
            unhealthy=health.retries,
            start=START_UP[service.framework].start_period if start is None else start,
        ),
    )
