"""Config -> Blueprint: every decision is made here, so that the templates only write it down.

Framework defaults, the address plan, which stacks exist and what they are called.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from blogstack.blueprint.database import Database, resolve_database
from blogstack.blueprint.edge import Edge, resolve_edge
from blogstack.blueprint.monitoring import Monitoring, resolve_monitoring
from blogstack.blueprint.names import make_naming
from blogstack.blueprint.network import Network, resolve_network, resolve_placement
from blogstack.blueprint.registry import Registry, resolve_image, resolve_registry
from blogstack.blueprint.stores import Stores, resolve_stores
from blogstack.blueprint.tasks import Tasks, resolve_tasks
from blogstack.blueprint.workload import Workload, resolve_workload
from blogstack.config import Config
from blogstack.records import Record


class Blueprint(Record, kw_only=True):
    """What is to be built. A stack that is None does not exist: the image or the network is there already.

    Attributes:
        name: Of the application, without the environment.
        environment: None without environments.
        workloads: At least one.
        monitoring: The alarms and the dashboard of each workload, by the workload's name; empty without alarms.
    """

    name: str
    environment: str | None
    region: str
    registry: Registry | None
    network: Network | None
    database: Database | None
    stores: Stores
    edge: Edge
    tasks: Tasks
    workloads: tuple[Workload, ...]
    monitoring: Mapping[str, Monitoring]


def resolve(config: Config, environment: str | None = None, varying_tags: Collection[str] = ()) -> Blueprint:
    """Decide everything about a configuration that has passed the rules.

    Args:
        config: The configuration of the environment.
        environment: Its name; None without environments.
        varying_tags: Keys of the tags that differ between environments.
    """
    naming = make_naming(config.name, config.tags, environment)
    registry = resolve_registry(config, varying_tags)
    network = resolve_network(config, naming)
    image, placement = resolve_image(config, registry), resolve_placement(config, network)
    database = resolve_database(config, naming, placement)
    stores = resolve_stores(config, naming, placement)
    edge = resolve_edge(config, naming, placement)
    resolved = tuple(
        resolve_workload(
            workload, config, naming, image=image, placement=placement, database=database, stores=stores, edge=edge
        )
        for workload in config.workloads()
    )
    tasks = resolve_tasks(config, naming, resolved, database, stores)
    monitoring = {
        workload.name: monitored
        for workload in resolved
        if (
            monitored := resolve_monitoring(
                config, workload, tasks.topic, tasks.database_monitoring, tasks.store_alarms
            )
        )
    }
    return Blueprint(
        name=config.name,
        environment=environment,
        region=config.region,
        registry=registry,
        network=network,
        database=database,
        stores=stores,
        edge=edge,
        tasks=tasks,
        workloads=resolved,
        monitoring=monitoring,
    )
