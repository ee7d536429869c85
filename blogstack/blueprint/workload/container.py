"""Decisions about a workload's own container: size, command, environment, health check."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from blogstack.blueprint.names import Value
from blogstack.blueprint.workload.check import Check
from blogstack.blueprint.workload.sidecars import tmp_size
from blogstack.config.database import SSLMODE
from blogstack.config.service import Service
from blogstack.facts.frameworks import START_UP
from blogstack.records import Record

# EphemeralStorage can be set from 21 GiB on; every task has 20:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html
_DEFAULT_STORAGE = 20


class Container(Record, kw_only=True):
    """What runs in a task.

    Attributes:
        cpu: CPU units of the task.
        memory: MiB of the task.
        ephemeral_storage: GiB; None for what every task has.
        architecture: As ECS spells it, X86_64 or ARM64.
        port: None for a container that listens on none.
        command: None for the image's own.
        tmp: Size of /tmp in MiB on a read-only root; None with a writable root.
        user: uid or uid:gid; None for the image's own.
        stop_timeout: Seconds between SIGTERM and SIGKILL.
        depends_on: Names of sidecars, each with the condition to wait for.
        check: None for no health check.
    """

    cpu: int
    memory: int
    ephemeral_storage: int | None
    architecture: str
    port: int | None
    command: tuple[str, ...] | None
    environment: Mapping[str, Value]
    tmp: int | None
    user: str | None
    exec: bool
    stop_timeout: int
    depends_on: Mapping[str, str]
    check: Check | None


def resolve_container(
    service: Service, architecture: str, of_stores: Mapping[str, Value], *, exposed: bool, database: bool
) -> Container:
    """Every decision about a workload's container.

    Args:
        service: The container in the configuration.
        architecture: Of the image.
        of_stores: The variables that it gets with the stores.
        exposed: Whether requests reach it; without, it has no port and no check that requests a path.
        database: Whether it gets the variables of a database.
    """
    variables = {"PORT": str(service.port)} if exposed else {}
    if database and SSLMODE not in service.secrets:
        variables[SSLMODE] = "require"
    storage = service.ephemeral_storage
    return Container(
        cpu=service.cpu,
        memory=service.memory,
        ephemeral_storage=storage if storage > _DEFAULT_STORAGE else None,
        architecture=architecture.upper(),
        port=service.port if exposed else None,
        command=service.command,
        # The user's values win; a PORT that differs from the port is a warning (BS314).
        environment=dict(sorted({**variables, **of_stores, **service.environment}.items())),
        tmp=tmp_size(service) if service.readonly_root else None,
        user=service.user,
        exec=service.exec,
        stop_timeout=service.stop_timeout,
        depends_on=dict(sorted(service.depends_on.items())),
        check=_check(service) if exposed else None,
    )


def _check(service: Service) -> Check:
    health, start = service.health, service.health.start_period
    url = shlex.quote(f"http://127.0.0.1:{service.port}{health.path}")
    return Check(
        target=health.command or f"curl -fsS {url} || exit 1",
        interval=health.interval,
        timeout=health.timeout,
        unhealthy=health.retries,
        start=START_UP[service.framework].start_period if start is None else start,
    )
