"""Blueprint -> Stacks: transcription only. The only folder that imports troposphere."""

from __future__ import annotations

from blogstack.blueprint import Blueprint
from blogstack.templates import buckets, cache, database, edge, network, queues, registry, tasks, workload
from blogstack.templates.stack import Stack

__all__ = ["Stack", "lower"]


def lower(blueprint: Blueprint) -> tuple[Stack, ...]:
    """Write every stack down, in the order of deployment: a stack imports only from the ones before it."""
    stacks = []
    if blueprint.registry is not None:
        stacks.append(registry.lower(blueprint.registry))
    if blueprint.network is not None:
        stacks.append(network.lower(blueprint.network))
    if blueprint.database is not None:
        stacks.append(database.lower(blueprint.database))
    if blueprint.stores.cache is not None:
        stacks.append(cache.lower(blueprint.stores.cache))
    if blueprint.stores.queues is not None:
        stacks.append(queues.lower(blueprint.stores.queues))
    if blueprint.stores.buckets is not None:
        stacks.append(buckets.lower(blueprint.stores.buckets))
    stacks.append(edge.lower(blueprint.edge))
    stacks.append(tasks.lower(blueprint.tasks, blueprint.workloads))
    stacks += [workload.lower(each, blueprint.monitoring.get(each.name)) for each in blueprint.workloads]
    assert len({stack.name for stack in stacks}) == len(stacks), "two stacks of one name"
    return tuple(stacks)
