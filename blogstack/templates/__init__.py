"""Blueprint -> Stacks: transcription only. The only folder that imports troposphere."""

from __future__ import annotations

from blogstack.blueprint import Blueprint
from blogstack.templates import database, edge, job, network, registry, tasks, workload
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
    stacks.append(edge.lower(blueprint.edge))
    stacks.append(tasks.lower(blueprint.tasks, blueprint.services))
    stacks += [job.lower(each, blueprint.job_monitoring.get(each.name)) for each in blueprint.jobs]
    stacks += [workload.lower(service, blueprint.monitoring.get(service.name)) for service in blueprint.services]
    assert len({stack.name for stack in stacks}) == len(stacks), "two stacks of one name"
    return tuple(stacks)
