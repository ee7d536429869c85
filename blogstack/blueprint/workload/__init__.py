"""Decisions about a workload: something that runs, in a separate stack.

A workload is a value: the templates and the deployment plan read nothing else about it. An ECS service runs all the
time, a job to completion; what a web service has and a worker lacks is None in the worker (`exposure`, `release`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.database import DatabaseAccess
from blogstack.blueprint.edge import LoadBalancer
from blogstack.blueprint.names import TASKS, Imported, Naming, Output
from blogstack.blueprint.network import Placement
from blogstack.blueprint.registry import Image, resolve_tagged_image
from blogstack.blueprint.stores import Stores
from blogstack.blueprint.workload.container import Container, resolve_container
from blogstack.blueprint.workload.deployment import Deployment, resolve_deployment
from blogstack.blueprint.workload.discovery import Discovery, resolve_discovery
from blogstack.blueprint.workload.exposure import Exposure, resolve_exposure
from blogstack.blueprint.workload.scaling import Capacity, resolve_capacity
from blogstack.blueprint.workload.schedule import Schedule, resolve_schedule
from blogstack.blueprint.workload.secrets import SecretVariable, resolve_secrets
from blogstack.blueprint.workload.sidecars import Sidecar, resolve_sidecars
from blogstack.config import Config, workloads
from blogstack.config.workloads import Place
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
        name: Its name in the application, the last word of the stack's name.
        kind: Which stack of the application it is, as in `overrides`: service, workers.NAME and so on.
        service_name: Name of its task family, and of its ECS service if it has one.
        container_name: Name of its own container, the same in all environments.
        cluster: Name of the ECS cluster.
        cluster_stack: Name of the stack with the cluster.
        tasks_stack: Name of the stack with the log group, the roles and the secrets; usually the cluster's too.
        log_group: Name of the log group.
        log_prefix: First part of the names of its log streams.
        secrets: Secret variables of the workload's own container.
        permissions: What its tasks may do in AWS.
        place: Where its keys are in the file.
    """

    name: str
    kind: str
    stack: str
    service_name: str
    container_name: str
    cluster: str
    cluster_stack: str
    tasks_stack: str
    log_group: str
    log_prefix: str
    placement: Placement
    image: Image
    container: Container
    sidecars: tuple[Sidecar, ...]
    secrets: tuple[SecretVariable, ...]
    tags: Mapping[str, str]
    permissions: tuple[Statement, ...]
    place: Place

    @property
    def all_secrets(self) -> tuple[SecretVariable, ...]:
        """The secret variables of every container of a task."""
        return (*self.secrets, *(secret for sidecar in self.sidecars for secret in sidecar.secrets))

    @property
    def imported_cluster(self) -> Imported:
        """Name of the ECS cluster, as its stack exports it."""
        return Imported(self.cluster_stack, Output.CLUSTER_NAME)

    def from_tasks(self, output: str) -> Imported:
        """A value that the tasks stack exports."""
        return Imported(self.tasks_stack, output)

    def locate(self, *key: str) -> KeyPath:
        """The path in the file of one of the workload's keys, as in `locate("scaling", "min")`."""
        return self.place.at(*key)


class EcsService(Workload, kw_only=True):
    """A workload that runs all the time, as an ECS service.

    Attributes:
        release: The command that runs once before each deployment; None for none.
        exposure: How requests reach it; None if the load balancer sends it none.
        discovery: How the other tasks reach it; None unless it is a private service.
        has_own_group: Whether its tasks have their own security group, in addition to that of all tasks.
    """

    release: Release | None
    exposure: Exposure | None
    discovery: Discovery | None
    has_own_group: bool
    deployment: Deployment
    capacity: Capacity


class Job(Workload, kw_only=True):
    """A workload that runs to completion.

    Attributes:
        schedule: When it runs; None for a job that is run by hand.
    """

    schedule: Schedule | None


class WorkloadContext(Record, kw_only=True):
    """What the workloads of an application share.

    Attributes:
        config: The configuration that they are part of.
        naming: Names of the application.
        image: The image of all tasks without another one.
        placement: Where tasks run.
        database: The database, whose variables every main container gets; None for none.
        stores: The other stores, whose variables they also get.
        load_balancer: The load balancer that requests come from.
        addresses: The variables that main containers get with the addresses of private services.
    """

    config: Config
    naming: Naming
    image: Image
    placement: Placement
    database: DatabaseAccess | None
    stores: Stores
    load_balancer: LoadBalancer
    addresses: Mapping[str, str]


def resolve_service(source: workloads.EcsService, context: WorkloadContext) -> EcsService:
    """Every decision about a workload that runs all the time."""
    config = context.config
    release = source.task.release if isinstance(source, workloads.WebService) else None
    return EcsService(
        **_common(source, context),
        release=_release(source.name, release) if release else None,
        exposure=resolve_exposure(source, config, context.load_balancer),
        discovery=resolve_discovery(source, context.naming),
        # Several workloads may have the same port, and a security group accepts a rule only once.
        has_own_group=isinstance(source, workloads.WebService) and not source.is_main,
        deployment=resolve_deployment(source.deployment, config.region),
        capacity=resolve_capacity(source.scaling, context.stores.queues),
    )


def resolve_job(source: workloads.EcsJob, context: WorkloadContext) -> Job:
    """Every decision about a job."""
    return Job(**_common(source, context), schedule=resolve_schedule(source.task))


def _common(source: workloads.Workload, context: WorkloadContext) -> dict[str, Any]:
    """The fields of `Workload`."""
    config, naming, task, database = context.config, context.naming, source.task, context.database
    is_main = isinstance(source, workloads.WebService) and source.is_main
    return {
        "name": source.name,
        "kind": ".".join(map(str, source.place.home)),
        "stack": naming.stack(source.name),
        # The service has the application's name, other workloads have their stack's name.
        "service_name": naming.application if is_main else naming.stack(source.name),
        "container_name": container_name(config, source),
        "cluster": naming.platform,
        "cluster_stack": naming.platform_stack(TASKS),
        "tasks_stack": naming.stack(TASKS),
        "log_group": log_group_name(naming),
        "log_prefix": "task" if is_main else source.name,
        "placement": context.placement,
        "image": resolve_tagged_image(config, task.image) if task.image else context.image,
        "container": resolve_container(
            source,
            config,
            naming,
            {**(database.environment if database else {}), **context.stores.environment, **context.addresses},
            database.sslmode if database else None,
        ),
        "sidecars": resolve_sidecars(task, config, naming),
        "secrets": resolve_secrets(
            task.secrets, naming, {**(database.secrets if database else {}), **context.stores.secrets}
        ),
        "tags": naming.tags,
        "permissions": tuple(Statement(each.actions, each.resources) for each in task.permissions),
        "place": source.place,
    }


def container_name(config: Config, workload: workloads.Workload) -> str:
    """Name of a workload's own container: without the environment, so that one override fits all of them."""
    is_main = isinstance(workload, workloads.WebService) and workload.is_main
    return config.name if is_main else f"{config.name}-{workload.name}"


def _release(workload: str, command: tuple[str, ...]) -> Release:
    logical_id = ids.RELEASE_TASK_DEFINITION.format(ids.camel_case(workload))
    return Release(logical_id, Output.RELEASE_TASK_DEFINITION_ARN.format(logical_id), command)


def log_group_name(naming: Naming) -> str:
    """Name of the log group of all workloads."""
    return f"/ecs/{naming.application}"
