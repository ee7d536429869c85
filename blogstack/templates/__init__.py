"""Blueprint -> Stacks: transcription only. The only folder that imports troposphere."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.blueprint import Blueprint
from blogstack.blueprint.stores import Stores
from blogstack.blueprint.workload import EcsService
from blogstack.templates import database, edge, network, registry, tasks, workload
from blogstack.templates.stack import Stack

__all__ = ["Stack", "lower"]


def lower(blueprint: Blueprint) -> tuple[Stack, ...]:
    """Build every stack, in the order of deployment: a stack imports only from the ones before it."""
    stacks = []
    if blueprint.registry is not None:
        stacks.append(registry.lower(blueprint.registry))
    if blueprint.network is not None:
        stacks.append(network.lower(blueprint.network))
    if blueprint.database is not None:
        stacks.append(database.lower(blueprint.database))
    stacks += _lower_stores(blueprint.stores)
    if blueprint.edge is not None:
        stacks.append(edge.lower(blueprint.edge))
    stacks.append(tasks.lower(blueprint.tasks, blueprint.services))
    for each in blueprint.workloads:
        if isinstance(each, EcsService):
            stacks.append(workload.lower(each, blueprint.monitoring.get(each.name)))
        else:
            from blogstack.templates import job  # imported here for the same reason as the stores

            stacks.append(job.lower(each, blueprint.job_monitoring.get(each.name)))
    assert len({stack.name for stack in stacks}) == len(stacks), "two stacks with the same name"
    return tuple(stacks)


def _lower_stores(stores: Stores) -> Iterator[Stack]:
    """The stacks of the stores next to the database; their imports take milliseconds, which few files need."""
    if stores.cache is not None:
        from blogstack.templates import cache

        yield cache.lower(stores.cache)
    if stores.queues is not None:
        from blogstack.templates import queues

        yield queues.lower(stores.queues)
    if stores.buckets is not None:
        from blogstack.templates import buckets

        yield buckets.lower(stores.buckets)
