"""Config -> Blueprint: every decision is made here, so that the stacks only write it down.

Framework defaults, the address plan, which stacks exist and what they are called.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from blogstack.blueprint.database import Database, resolve_database
from blogstack.blueprint.monitoring import Monitoring, resolve_monitoring
from blogstack.blueprint.names import naming
from blogstack.blueprint.network import Network, resolve_network, resolve_placement
from blogstack.blueprint.registry import Registry, resolve_image, resolve_registry
from blogstack.blueprint.service import Service, resolve_service
from blogstack.blueprint.tasks import Tasks, resolve_tasks
from blogstack.config import Config


class Blueprint(NamedTuple):
    """What is to be built. A stack that is None does not exist: the image or the network is there already.

    Attributes:
        name: Of the service, without the environment.
        environment: "" for a service without environments.
        monitoring: A part of the service stack; None without alarms.
    """

    name: str
    environment: str
    region: str
    registry: Registry | None
    network: Network | None
    database: Database | None
    tasks: Tasks
    service: Service
    monitoring: Monitoring | None


def resolve(config: Config, environment: str = "", own_tags: Collection[str] = ()) -> Blueprint:
    """Decide everything about a configuration that has passed the rules.

    Args:
        config: What holds in the environment.
        environment: Its name; "" for a service without environments.
        own_tags: Keys of the tags that do not hold in every environment.
    """
    names = naming(config.name, config.tags, environment)
    registry = resolve_registry(config, own_tags)
    network = resolve_network(config, names)
    image, placement = resolve_image(config, registry), resolve_placement(config, network)
    database = resolve_database(config, names, placement)
    tasks = resolve_tasks(config, names, image, placement, database)
    service = resolve_service(config, names, tasks)
    monitoring = resolve_monitoring(config, service, database)
    return Blueprint(config.name, environment, config.region, registry, network, database, tasks, service, monitoring)
