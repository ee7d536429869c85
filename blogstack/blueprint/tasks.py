"""Decisions about the tasks stack: what the tasks of all workloads share."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.database import Database, DatabaseAccess
from blogstack.blueprint.monitoring import DatabaseMonitoring, resolve_database_monitoring
from blogstack.blueprint.monitoring.stores import StoreAlarm, resolve_store_alarms
from blogstack.blueprint.monitoring.topic import Topic, resolve_topic
from blogstack.blueprint.names import TASKS, Imported, Naming, Value
from blogstack.blueprint.registry import EcrArn
from blogstack.blueprint.stores import Stores
from blogstack.blueprint.workload import EcsService, Job, Statement, Workload, log_group_name
from blogstack.blueprint.workload.discovery import namespace_name
from blogstack.blueprint.workload.secrets import SecretVariable
from blogstack.config import Config
from blogstack.records import Record


class ExecutionRights(Record, kw_only=True):
    """What ECS needs to start the tasks of all workloads.

    Attributes:
        repositories: The ECR repositories of all images.
        credentials: ARN of the secret with a registry's credentials; None for none.
        secrets: The secret variables of all containers.
        kms_key: ARN of the key that secrets may be encrypted with; None for AWS's own.
    """

    repositories: tuple[Imported | EcrArn, ...]
    credentials: str | None
    secrets: tuple[SecretVariable, ...]
    kms_key: str | None


class Tasks(Record, kw_only=True):
    """The tasks stack.

    Attributes:
        title: Name of the application in its environment.
        cluster: Name of the ECS cluster.
        has_cluster: Whether the cluster is in this stack, and not in that of another application.
        log_retention: Days.
        stores: The other stores, which the tasks may use.
        permissions: Further permissions of the tasks in AWS.
        exec: Whether ECS Exec may open a shell in the tasks.
        kms_key: ARN of the key for logs and generated secrets; None for AWS's own.
        runs_image: Whether it has a task definition with the image to deploy, for a release step.
        namespace: The domain of the private services' names; None without any.
        topic: The topic to which the alarms of all stacks are sent; None without alarms.
        store_alarms: The alarms of the other stores.
        database_monitoring: The database's alarms; None without alarms or without a database.
    """

    stack: str
    title: str
    cluster: str
    has_cluster: bool
    log_group: str
    log_retention: int
    container_insights: bool
    vpc: Value
    database: DatabaseAccess | None
    stores: Stores
    execution: ExecutionRights
    permissions: tuple[Statement, ...]
    exec: bool
    kms_key: str | None
    runs_image: bool
    namespace: str | None
    topic: Topic | None
    store_alarms: tuple[StoreAlarm, ...]
    database_monitoring: DatabaseMonitoring | None
    tags: Mapping[str, str]


def resolve_tasks(
    config: Config,
    naming: Naming,
    services: tuple[EcsService, ...],
    jobs: tuple[Job, ...],
    database: Database | None,
    access: DatabaseAccess | None,
    stores: Stores,
) -> Tasks:
    """Every decision about the tasks stack."""
    workloads = (*services, *jobs)
    scheduled = [job for job in jobs if job.schedule]
    stack = naming.stack(TASKS)
    store_alarms = resolve_store_alarms(config, stack, stores)
    return Tasks(
        stack=stack,
        title=naming.application,
        cluster=naming.platform,
        has_cluster=naming.has_platform,
        log_group=log_group_name(naming),
        log_retention=config.logs.retention,
        container_insights=config.logs.container_insights,
        vpc=workloads[0].placement.vpc,
        database=access,
        stores=stores,
        execution=_execution_rights(config, workloads),
        permissions=_permissions(workloads),
        exec=any(workload.container.exec for workload in workloads),
        kms_key=config.kms_key,
        runs_image=any(service.release for service in services),
        namespace=namespace_name(config, naming),
        topic=resolve_topic(
            config, naming, stack, (*services, *scheduled), has_store_alarms=bool(database or store_alarms)
        ),
        store_alarms=store_alarms,
        database_monitoring=resolve_database_monitoring(config, stack, database),
        tags=naming.tags,
    )


def _permissions(workloads: tuple[Workload, ...]) -> tuple[Statement, ...]:
    """The statements of all workloads, each once."""
    return tuple(dict.fromkeys(statement for workload in workloads for statement in workload.permissions))


def _execution_rights(config: Config, workloads: tuple[Workload, ...]) -> ExecutionRights:
    images = [workload.image for workload in workloads]
    images += [sidecar.image for workload in workloads for sidecar in workload.sidecars]
    return ExecutionRights(
        repositories=tuple(dict.fromkeys(image.repository for image in images if image.repository)),
        credentials=next((image.credentials for image in images if image.credentials), None),
        secrets=tuple(secret for workload in workloads for secret in workload.all_secrets),
        kms_key=config.kms_key,
    )
