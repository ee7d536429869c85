"""Decisions about a workload: something that runs, in a separate stack.

A workload is a value: the templates and the deployment plan read nothing else about it. What differs between kinds of
workloads is None or not (`exposure`, `release`, `monitoring`).
"""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.database import Database
from blogstack.blueprint.edge import Edge
from blogstack.blueprint.names import TASKS, Imported, Naming, Output
from blogstack.blueprint.network import Placement
from blogstack.blueprint.registry import Image
from blogstack.blueprint.stores import Stores
from blogstack.blueprint.workload.container import Container, resolve_container
from blogstack.blueprint.workload.deployment import Deployment, resolve_deployment
from blogstack.blueprint.workload.exposure import Exposure, resolve_exposure
from blogstack.blueprint.workload.scaling import Capacity, resolve_capacity
from blogstack.blueprint.workload.secrets import SecretVariable, resolve_secrets
from blogstack.blueprint.workload.sidecars import Sidecar, resolve_sidecars
from blogstack.config import Config, workloads
from blogstack.config.workloads import SERVICE, Place
from blogstack.records import Record
from blogstack.source.document import KeyPath


class Release(Record):
    """A command that runs once in the new image, as a task of the tasks stack.

    Attributes:
        task_definition: Logical ID of its task definition.
        output: Logical ID of the output with the task definition's ARN.
        command: Its words.
    """

    task_definition: str
    output: str
    command: tuple[str, ...]


class Statement(Record):
    """An IAM statement from the user's file."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


class Workload(Record, kw_only=True):
    """A workload and its stack.

    Attributes:
        name: In the application, the last word of the stack's name.
        service_name: Name of the ECS service, of its container and of its task family.
        cluster: Name of the ECS cluster.
        tasks_stack: Name of the stack with the cluster, the log group, the roles and the secrets.
        log_group: Name of the log group.
        secrets: Secret variables of the workload's own container.
        release: What runs once before each deployment; None for nothing.
        exposure: How requests reach it; None for a workload that gets none.
        permissions: What its tasks may do in AWS.
        place: Where its keys are in the file.
    """

    name: str
    stack: str
    service_name: str
    cluster: str
    tasks_stack: str
    log_group: str
    placement: Placement
    image: Image
    container: Container
    sidecars: tuple[Sidecar, ...]
    secrets: tuple[SecretVariable, ...]
    release: Release | None
    exposure: Exposure | None
    deployment: Deployment
    capacity: Capacity
    tags: Mapping[str, str]
    permissions: tuple[Statement, ...]
    place: Place

    @property
    def all_secrets(self) -> tuple[SecretVariable, ...]:
        """The secret variables of every container of a task."""
        return (*self.secrets, *(secret for sidecar in self.sidecars for secret in sidecar.secrets))

    def from_tasks(self, output: str) -> Imported:
        """A value that the tasks stack exports."""
        return Imported(self.tasks_stack, output)

    def locate(self, *key: str) -> KeyPath:
        """The path in the file of one of the workload's keys, as in `locate("scaling", "min")`."""
        return self.place.at(*key)


def resolve_workload(
    source: workloads.Workload,
    config: Config,
    naming: Naming,
    *,
    image: Image,
    placement: Placement,
    database: Database | None,
    stores: Stores,
    edge: Edge,
) -> Workload:
    """Every decision about a workload.

    Args:
        source: The workload in the configuration.
        config: The configuration that it is a part of.
        naming: Names of the application.
        image: What its tasks pull.
        placement: Where its tasks run.
        database: Whose variables its container gets; None for none.
        stores: Whose variables its container gets too.
        edge: The load balancer that its requests come from.
    """
    service = source.service
    return Workload(
        name=source.name,
        stack=naming.stack(source.name),
        # The service has the application's name, other workloads that of their stack.
        service_name=naming.application if source.place is SERVICE else naming.stack(source.name),
        cluster=naming.application,
        tasks_stack=naming.stack(TASKS),
        log_group=log_group_name(naming),
        placement=placement,
        image=image,
        container=resolve_container(
            service,
            config.image.architecture,
            stores.environment,
            exposed=source.load_balancer is not None,
            database=database is not None,
        ),
        sidecars=resolve_sidecars(service, config.image, naming),
        secrets=resolve_secrets(service.secrets, naming, database, stores.secrets),
        release=_release(source.name, service.release) if service.release else None,
        exposure=resolve_exposure(source, edge),
        deployment=resolve_deployment(source.deployment, config.region),
        capacity=resolve_capacity(source.scaling),
        tags=naming.tags,
        permissions=tuple(Statement(each.actions, each.resources) for each in service.permissions),
        place=source.place,
    )


def _release(workload: str, command: tuple[str, ...]) -> Release:
    name = "".join(word.capitalize() for word in workload.split("-"))
    logical_id = ids.RELEASE_TASK_DEFINITION.format(name)
    return Release(logical_id, Output.RELEASE_TASK_DEFINITION_ARN.format(logical_id), command)


def log_group_name(naming: Naming) -> str:
    """Name of the log group of all workloads."""
    return f"/ecs/{naming.application}"
