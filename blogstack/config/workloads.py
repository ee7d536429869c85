"""The workloads of a configuration: what runs, and where in the file each of its keys is."""

from __future__ import annotations

from dataclasses import dataclass

from blogstack.config import Config
from blogstack.config.deployment import Deployment
from blogstack.config.load_balancer import LoadBalancer
from blogstack.config.scaling import Scaling
from blogstack.config.service import Service
from blogstack.source.document import KeyPath

_SECTIONS = ("scaling", "deployment", "load_balancer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One thing that runs."""

    name: str
    service: Service
    scaling: Scaling
    deployment: Deployment
    load_balancer: LoadBalancer | None

    def locate(self, *key: str) -> KeyPath:
        """The path in the file of a key relative to the workload."""
        return key if key and key[0] in _SECTIONS else ("service", *key)


def workloads(config: Config) -> tuple[Workload, ...]:
    """The workloads of a configuration."""
    return (
        Workload(
            name="service",
            service=config.service,
            scaling=config.scaling,
            deployment=config.deployment,
            load_balancer=config.load_balancer,
        ),
    )
