"""Decisions about the service stack: load balancer and deployment."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.check import Check
from blogstack.blueprint.firewall import Firewall, resolve_firewall
from blogstack.blueprint.names import SERVICE, Imported, Naming, Value
from blogstack.blueprint.scaling import Scaling, resolve_scaling
from blogstack.blueprint.tasks import Tasks
from blogstack.config import Config
from blogstack.config.deployment import Deployment
from blogstack.facts.frameworks import START_UP


class Tls(NamedTuple):
    """What a domain brings. `certificate_arn` is "" when one is to be issued."""

    domain: str
    hosted_zone_id: str
    certificate_arn: str
    policy: str


class LoadBalancer(NamedTuple):
    """The load balancer and its target group; times in seconds.

    Attributes:
        stickiness: How long a client keeps its task; 0 for not at all.
        access_log_bucket: "" for no access logs.
        firewall: None without AWS WAF.
    """

    internal: bool
    allowed_cidrs: tuple[str, ...]
    idle_timeout: int
    deregistration_delay: int
    stickiness: int
    access_log_bucket: Value
    firewall: Firewall | None
    deletion_protection: bool
    tls: Tls | None
    check: Check
    healthy_threshold: int
    success_codes: str


class Shift(NamedTuple):
    """A deployment by a second set of tasks, to which the requests go over; times in minutes.

    Attributes:
        strategy: ECS's word for it.
        share: Percentage of the requests that goes over first (canary) or in each step (linear); 0 for all at once.
        wait: Time between two steps.
        bake: Time that the old tasks stay at the end.
    """

    strategy: str
    share: int
    wait: int
    bake: int


class Service(NamedTuple):
    """The service stack.

    Attributes:
        tasks: What runs, and what the tasks stack exports.
        spot: Percentage of the tasks above `base` that run on Fargate Spot.
        base: Tasks that always run on demand.
        shift: None for a rolling deployment.
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
    shift: Shift | None
    base: int
    spot: int
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
    deployment, scaling = config.deployment, resolve_scaling(config)
    return Service(
        stack=names.stack(SERVICE),
        tasks=tasks,
        balancer=_balancer(config, names, tasks),
        minimum_healthy_percent=deployment.minimum_healthy_percent,
        maximum_percent=deployment.maximum_percent,
        circuit_breaker=deployment.circuit_breaker,
        # Amazon ECS developer guide, "Balancing an Amazon ECS service across Availability Zones": it starts a task
        # in the better zone before it stops one, which a maximum of 100 percent does not allow.
        zone_rebalancing=deployment.maximum_percent > 100,
        shift=_shift(deployment),
        base=config.scaling.min,
        spot=config.scaling.spot,
        fixed_count=0 if scaling else config.scaling.min,
        scaling=scaling,
        tags=dict(names.tags),
        ready_path=config.service.health.ready_path or "",
    )


def _balancer(config: Config, names: Naming, tasks: Tasks) -> LoadBalancer:
    balancer, check, domain = config.load_balancer, config.load_balancer.health_check, config.domain
    grace = check.grace_period
    return LoadBalancer(
        internal=balancer.internal,
        allowed_cidrs=balancer.allowed_cidrs,
        idle_timeout=balancer.idle_timeout,
        deregistration_delay=balancer.deregistration_delay,
        stickiness=balancer.stickiness or 0,
        access_log_bucket=_access_log_bucket(config, tasks),
        firewall=resolve_firewall(config, names),
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


def _access_log_bucket(config: Config, tasks: Tasks) -> Value:
    if tasks.access_logs is not None:
        return Imported(tasks.stack, "AccessLogBucketName")
    own = config.load_balancer.access_logs
    return own if isinstance(own, str) else ""


def _shift(deployment: Deployment) -> Shift | None:
    if deployment.strategy == "rolling":
        return None
    share = {"canary": deployment.canary_percent, "linear": deployment.step_percent}.get(deployment.strategy, 0)
    wait, bake = deployment.step_interval // 60, deployment.bake_time // 60
    return Shift(deployment.strategy.upper(), share, wait, bake)
