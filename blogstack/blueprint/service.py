"""Decisions about the service stack: load balancer, deployment, scaling."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.check import Check
from blogstack.blueprint.naming import SERVICE, Naming
from blogstack.blueprint.tasks import Tasks
from blogstack.config import Config
from blogstack.frameworks import START_UP


class Tls(NamedTuple):
    """What a domain brings. `certificate_arn` is "" when one is to be issued."""

    domain: str
    hosted_zone_id: str
    certificate_arn: str
    policy: str


class LoadBalancer(NamedTuple):
    """The load balancer and its target group; times in seconds."""

    internal: bool
    allowed_cidrs: tuple[str, ...]
    idle_timeout: int
    deregistration_delay: int
    deletion_protection: bool
    tls: Tls | None
    check: Check
    healthy_threshold: int
    success_codes: str


class Scaling(NamedTuple):
    """Between how many tasks, and by what. `cpu` is a percentage, 0 for no policy; cooldowns in seconds."""

    min: int
    max: int
    cpu: int
    scale_out_cooldown: int
    scale_in_cooldown: int


class Service(NamedTuple):
    """The service stack.

    Attributes:
        tasks: What runs, and what the tasks stack exports.
        fixed_count: The number of tasks when it never changes; 0 when scaling decides.
        scaling: None with a fixed count.
    """

    stack: str
    tasks: Tasks
    balancer: LoadBalancer
    minimum_healthy_percent: int
    maximum_percent: int
    circuit_breaker: bool
    zone_rebalancing: bool
    fixed_count: int
    scaling: Scaling | None
    tags: dict[str, str]
    ready_path: str

    @property
    def exposed_ports(self) -> tuple[int, ...]:
        """Ports of the load balancer: with a certificate 80 only redirects."""
        return (80, 443) if self.balancer.tls else (80,)


def resolve_service(config: Config, names: Naming, tasks: Tasks) -> Service:
    """Every decision about the service stack."""
    deployment, scaling = config.deployment, config.scaling
    fixed = scaling.min == scaling.max
    return Service(
        stack=names.stack(SERVICE),
        tasks=tasks,
        balancer=_balancer(config),
        minimum_healthy_percent=deployment.minimum_healthy_percent,
        maximum_percent=deployment.maximum_percent,
        circuit_breaker=deployment.circuit_breaker,
        # Amazon ECS developer guide, "Balancing an Amazon ECS service across Availability Zones": it starts a task
        # in the better zone before it stops one, which a maximum of 100 percent does not allow.
        zone_rebalancing=deployment.maximum_percent > 100,
        fixed_count=scaling.min if fixed else 0,
        scaling=None if fixed else _scaling(config),
        tags=dict(names.tags),
        ready_path=config.service.health.ready_path or "",
    )


def _balancer(config: Config) -> LoadBalancer:
    balancer, check, domain = config.load_balancer, config.load_balancer.health_check, config.domain
    grace = check.grace_period
    return LoadBalancer(
        internal=balancer.internal,
        allowed_cidrs=balancer.allowed_cidrs,
        idle_timeout=balancer.idle_timeout,
        deregistration_delay=balancer.deregistration_delay,
        deletion_protection=balancer.deletion_protection,
        tls=Tls(domain.name, domain.hosted_zone_id, domain.certificate_arn or "", balancer.tls_policy)
        if domain
        else None,
        check=Check(
            target=check.path or config.service.health.path,
            interval=check.interval,
            timeout=check.timeout,
            unhealthy=check.unhealthy_threshold,
            start=START_UP[config.service.framework].grace_period if grace is None else grace,
        ),
        healthy_threshold=check.healthy_threshold,
        success_codes=check.success_codes,
    )


def _scaling(config: Config) -> Scaling:
    scaling = config.scaling
    return Scaling(scaling.min, scaling.max, scaling.cpu or 0, scaling.scale_out_cooldown, scaling.scale_in_cooldown)
