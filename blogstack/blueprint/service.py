"""Decisions about the service stack: container, tasks, load balancer, scaling, roles."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import NamedTuple

from blogstack.blueprint.naming import SERVICE, Naming
from blogstack.blueprint.network import Placement
from blogstack.blueprint.registry import Image
from blogstack.config import Config
from blogstack.frameworks import START_UP

# Amazon ECS task definition parameters: EphemeralStorage may be given from 21 GiB on; 20 is what a task has anyway.
_FREE_STORAGE = 20
# /tmp is memory, counted in the task's own: a quarter of it leaves the process the rest.
_TMP_SHARE = 4


class Check(NamedTuple):
    """A health check; times in seconds. `target` is a shell command for a container, a path for a target group."""

    target: str
    interval: int
    timeout: int
    unhealthy: int
    start: int


class Container(NamedTuple):
    """What runs in a task.

    Attributes:
        ephemeral_storage: GiB; 0 for what every task has.
        tmp: Size of /tmp in MiB on a read-only root; 0 when the root is writable.
        user: "" for the image's own.
        command: Empty for the image's own.
    """

    cpu: int
    memory: int
    ephemeral_storage: int
    architecture: str
    port: int
    command: tuple[str, ...]
    environment: Mapping[str, str]
    tmp: int
    user: str
    exec: bool
    stop_timeout: int
    check: Check


class Statement(NamedTuple):
    """An IAM statement that the user wrote."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


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
        name: Of the cluster, the ECS service, the container and the task family.
        fixed_count: The number of tasks when it never changes; 0 when scaling decides.
        scaling: None with a fixed count.
    """

    stack: str
    name: str
    log_group: str
    log_retention: int
    container_insights: bool
    image: Image
    placement: Placement
    container: Container
    permissions: tuple[Statement, ...]
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


def resolve_service(config: Config, names: Naming, image: Image, placement: Placement) -> Service:
    """Every decision about the service stack."""
    deployment, scaling = config.deployment, config.scaling
    fixed = scaling.min == scaling.max
    return Service(
        stack=names.stack(SERVICE),
        name=names.service,
        log_group=f"/ecs/{names.service}",
        log_retention=config.logs.retention,
        container_insights=config.logs.container_insights,
        image=image,
        placement=placement,
        container=_container(config),
        permissions=tuple(Statement(s.actions, s.resources) for s in config.service.permissions),
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


def _container(config: Config) -> Container:
    service, health = config.service, config.service.health
    start = health.start_period
    url = shlex.quote(f"http://127.0.0.1:{service.port}{health.path}")
    return Container(
        cpu=service.cpu,
        memory=service.memory,
        ephemeral_storage=service.ephemeral_storage if service.ephemeral_storage > _FREE_STORAGE else 0,
        architecture=config.image.architecture.upper(),
        port=service.port,
        command=service.command or (),
        # What the user wrote wins; a PORT that differs from the port is a warning (BS314).
        environment=dict(sorted({"PORT": str(service.port), **service.environment}.items())),
        tmp=service.memory // _TMP_SHARE if service.readonly_root else 0,
        user=service.user or "",
        exec=service.exec,
        stop_timeout=service.stop_timeout,
        check=Check(
            target=health.command or f"curl -fsS {url} || exit 1",
            interval=health.interval,
            timeout=health.timeout,
            unhealthy=health.retries,
            start=START_UP[service.framework].start_period if start is None else start,
        ),
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
