"""Config -> Blueprint: every decision is made here, so that the templates only transcribe it.

Framework defaults, the address plan, which stacks exist and their names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from blogstack.blueprint.database import Database, resolve_access, resolve_database
from blogstack.blueprint.edge import Edge, LoadBalancer, resolve_edge
from blogstack.blueprint.monitoring import Monitoring, resolve_monitoring
from blogstack.blueprint.monitoring.job import JobMonitoring, resolve_job_monitoring
from blogstack.blueprint.names import EDGE, make_naming
from blogstack.blueprint.network import Network, resolve_network, resolve_placement
from blogstack.blueprint.registry import Image, Registry, resolve_image, resolve_registry
from blogstack.blueprint.stores import Stores, resolve_stores
from blogstack.blueprint.tasks import Tasks, resolve_tasks
from blogstack.blueprint.workload import EcsService, Job, WorkloadContext, resolve_job, resolve_service
from blogstack.blueprint.workload.discovery import addresses
from blogstack.config import Config
from blogstack.records import Record


class Blueprint(Record, kw_only=True):
    """What will be built. A stack that is None is not created: image, network or load balancer exist already.

    Attributes:
        name: Of the application, without the environment.
        environment: None without environments.
        platform: Name of the application, in the same environment, with the network, the cluster and the load balancer;
            None for this one.
        output: Folder of the templates.
        image: The image of all tasks without another one.
        services: The ECS services, at least one, in the order of deployment.
        jobs: The jobs, which run to completion.
        database: The database to create; None without one.
        load_balancer: The load balancer of the services, of this application (`edge`) or of another one.
        monitoring: The alarms and the dashboard of each service, by its name; empty without alarms.
        job_monitoring: The alarm of each job that has one, by the job's name.
    """

    name: str
    environment: str | None
    platform: str | None
    region: str
    output: str
    registry: Registry | None
    network: Network | None
    database: Database | None
    stores: Stores
    edge: Edge | None
    load_balancer: LoadBalancer
    tasks: Tasks
    image: Image
    services: tuple[EcsService, ...]
    jobs: tuple[Job, ...]
    monitoring: Mapping[str, Monitoring]
    job_monitoring: Mapping[str, JobMonitoring]

    @property
    def workloads(self) -> tuple[EcsService | Job, ...]:
        """Everything that runs, in the order of deployment."""
        return (*self.jobs, *self.services)


def resolve(config: Config, environment: str | None = None, varying_tags: Collection[str] = ()) -> Blueprint:
    """Decide everything about a configuration that has passed the rules.

    Args:
        config: The configuration of the environment.
        environment: Its name; None without environments.
        varying_tags: Keys of the tags that differ between environments.
    """
    naming = make_naming(config.name, config.tags, environment, config.uses)
    registry = resolve_registry(config, varying_tags)
    network = resolve_network(config, naming)
    image, placement = resolve_image(config, registry), resolve_placement(config, naming, network)
    database = resolve_database(config, naming, placement)
    access = resolve_access(config, database)
    stores = resolve_stores(config, naming, placement)
    load_balancer = LoadBalancer(naming.platform_stack(EDGE))
    context = WorkloadContext(
        config=config,
        naming=naming,
        image=image,
        placement=placement,
        database=access,
        stores=stores,
        load_balancer=load_balancer,
        addresses=addresses(config, naming),
    )
    services = tuple(resolve_service(service, context) for service in config.ecs_services())
    jobs = tuple(resolve_job(job, context) for job in config.ecs_jobs())
    tasks = resolve_tasks(config, naming, services, jobs, database, access, stores)
    monitoring = {
        service.name: monitored
        for service in services
        if (
            monitored := resolve_monitoring(config, service, tasks.topic, tasks.database_monitoring, tasks.store_alarms)
        )
    }
    return Blueprint(
        name=config.name,
        environment=environment,
        platform=None if naming.has_platform else naming.platform,
        region=config.region,
        output=config.output,
        registry=registry,
        network=network,
        database=database,
        stores=stores,
        edge=resolve_edge(config, naming, placement),
        load_balancer=load_balancer,
        tasks=tasks,
        image=image,
        services=services,
        jobs=jobs,
        monitoring=monitoring,
        job_monitoring={job.name: watched for job in jobs if (watched := resolve_job_monitoring(job, tasks.topic))},
    )
