"""What an application needs from the account's quotas, if that is more than the default."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from blogstack.blueprint import Blueprint
from blogstack.blueprint.workload import EcsService
from blogstack.facts import quotas
from blogstack.words import listed

_CPU_UNITS = 1024
_DEFAULT_VPC = 1


def quota_notes(blueprints: Sequence[Blueprint]) -> Iterator[str]:
    """Notes on quotas, a line for each region; nothing if the defaults suffice.

    Args:
        blueprints: Of one application, one for each environment.
    """
    for region in dict.fromkeys(blueprint.region for blueprint in blueprints):
        here = [blueprint for blueprint in blueprints if blueprint.region == region]
        exceeded = [
            f"{needed:g} {name} (default {default})"
            for (name, default), needed in _needs(here).items()
            if needed > default
        ]
        if exceeded:
            yield (
                f"quotas: at scaling.max and during a deployment the file needs up to {listed(exceeded)} in {region}; "
                "a new account may have less: see Service Quotas in the console"
            )


def _needs(blueprints: Sequence[Blueprint]) -> Mapping[tuple[str, int], float]:
    """The most that runs at once, by the name of the quota and its default."""
    services = [service for blueprint in blueprints for service in blueprint.services]
    jobs = sum(job.container.cpu for blueprint in blueprints for job in blueprint.jobs) / _CPU_UNITS
    networks = [blueprint.network for blueprint in blueprints if blueprint.network]
    gateways = sum(zone.has_nat for network in networks for zone in network.zones)
    return {
        ("Fargate vCPUs", quotas.FARGATE_VCPUS): jobs + _vcpus(services, on_demand=True),
        ("Fargate Spot vCPUs", quotas.FARGATE_SPOT_VCPUS): _vcpus(services, on_demand=False),
        ("VPCs", quotas.VPCS): len(networks) + _DEFAULT_VPC if networks else 0,
        ("Elastic IPs", quotas.ELASTIC_IPS): gateways,
    }


def _vcpus(services: Sequence[EcsService], *, on_demand: bool) -> float:
    """vCPUs of all services with their maximum of tasks, plus those that the largest deployment starts in addition."""
    running = [_tasks(service, on_demand=on_demand) * service.container.cpu / _CPU_UNITS for service in services]
    extra = [vcpus * _extra_share(service) for service, vcpus in zip(services, running, strict=True)]
    return sum(running) + max(extra, default=0)


def _tasks(service: EcsService, *, on_demand: bool) -> int:
    capacity, scaling = service.capacity, service.capacity.scaling
    most = max(scaling.max, *(s.max for s in scaling.schedules), 0) if scaling else capacity.count or 0
    spot = math.floor(max(0, most - capacity.base) * capacity.spot / 100)
    return most - spot if on_demand else spot


def _extra_share(service: EcsService) -> float:
    """Additional tasks that a deployment starts, as a share of the running ones."""
    return 1 if service.deployment.shift else service.deployment.maximum_percent / 100 - 1
