"""Decisions about a workload's own container: size, command, environment, health check."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import Export, Naming, Value
from blogstack.blueprint.workload.check import ContainerCheck, resolve_check
from blogstack.blueprint.workload.environment import resolve_environment
from blogstack.blueprint.workload.sidecars import tmp_size
from blogstack.config import Config
from blogstack.config.sidecars import has_readonly_root
from blogstack.config.workloads import WebService, Workload
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
        ephemeral_storage: GiB; None for the size that every task has.
        architecture: As ECS spells it, X86_64 or ARM64.
        port: None for a container that does not listen on a port.
        command: None for the image's own.
        entrypoint: Words before the command; None for the image's own.
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
    entrypoint: tuple[str, ...] | None
    environment: Mapping[str, Value | Export]
    tmp: int | None
    user: str | None
    exec: bool
    stop_timeout: int
    depends_on: Mapping[str, str]
    check: ContainerCheck | None


def resolve_container(
    workload: Workload, config: Config, naming: Naming, store_variables: Mapping[str, Value], sslmode: str | None
) -> Container:
    """Every decision about a workload's container.

    Args:
        workload: The workload in the configuration.
        config: The configuration.
        naming: Names of the application.
        store_variables: The variables that it gets with the stores and the private services.
        sslmode: Name of the variable for the database's mode of TLS; None without a database.
    """
    task, storage = workload.task, workload.task.ephemeral_storage
    readonly = has_readonly_root(task.readonly_root, config.region)
    port = workload.task.port if isinstance(workload, WebService) else None
    variables = {"PORT": str(port)} if port else {}
    if sslmode and sslmode not in task.secrets:
        # Many clients open connections without TLS unless they are configured otherwise:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
        variables[sslmode] = "require"
    return Container(
        cpu=task.cpu,
        memory=task.memory,
        ephemeral_storage=storage if storage > _DEFAULT_STORAGE else None,
        architecture=config.image.architecture.upper(),
        port=port,
        command=task.command,
        entrypoint=task.entrypoint,
        # The user's values win; a PORT that differs from the port is a warning (BS314).
        environment=resolve_environment(task.environment, naming, {**variables, **store_variables}),
        tmp=tmp_size(task.memory, task.sidecars.values()) if readonly else None,
        user=task.user,
        exec=task.exec,
        stop_timeout=task.stop_timeout,
        depends_on=dict(sorted(task.depends_on.items())),
        check=_check(workload),
    )


def _check(workload: Workload) -> ContainerCheck | None:
    if isinstance(workload, WebService):
        return resolve_check(workload.task.health, START_UP[workload.task.framework].start_period)
    return resolve_check(workload.task.health)
