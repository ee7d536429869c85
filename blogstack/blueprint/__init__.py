"""Config -> Blueprint: every decision is made here, so that the stacks only write it down.

Framework defaults, the address plan, which stacks exist and what they are called.
"""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.database import Database, resolve_database
from blogstack.blueprint.naming import naming
from blogstack.blueprint.network import Network, resolve_network, resolve_placement
from blogstack.blueprint.registry import Registry, resolve_image, resolve_registry
from blogstack.blueprint.service import Service, resolve_service
from blogstack.blueprint.tasks import Tasks, resolve_tasks
from blogstack.config import Config


class Blueprint(NamedTuple):
    """What is to be built. A stack that is None does not exist: the image or the network is there already."""

    name: str
    region: str
    registry: Registry | None
    network: Network | None
    database: Database | None
    tasks: Tasks
    service: Service


def resolve(config: Config) -> Blueprint:
    """Decide everything about a configuration that has passed the rules."""
    names = naming(config.name, config.tags)
    registry = resolve_registry(config, names)
    network = resolve_network(config, names)
    image, placement = resolve_image(config, registry), resolve_placement(config, network)
    database = resolve_database(config, names, placement)
    tasks = resolve_tasks(config, names, image, placement, database)
    service = resolve_service(config, names, tasks)
    return Blueprint(config.name, config.region, registry, network, database, tasks, service)
