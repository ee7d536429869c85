"""What reaches the tasks: health checks, the load balancer, its certificate."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.errors import dotted
from blogstack.config.load_balancer import HealthCheck
from blogstack.config.service import Health
from blogstack.config.sidecars import SidecarHealth
from blogstack.facts.regions import partition
from blogstack.rules.finding import Finding, or_default, written
from blogstack.rules.sidecars import SIDECARS
from blogstack.source.document import KeyPath


def check_timeouts(config: Config) -> Iterator[Finding]:
    """A check ends before the next one begins."""
    checks: dict[KeyPath, Health | SidecarHealth | HealthCheck] = {
        ("service", "health"): config.service.health,
        ("load_balancer", "health_check"): config.load_balancer.health_check,
        **{(*SIDECARS, name, "health"): own.health for name, own in config.service.sidecars.items() if own.health},
    }
    for place, check in checks.items():
        if check.timeout >= check.interval:
            keys: tuple[KeyPath, ...] = ((*place, "timeout"), (*place, "interval"))
            timeout, interval = (or_default(config, *place, key) for key in ("timeout", "interval"))
            message = (
                f"{dotted(place)}: timeout {check.timeout}s{timeout} is not below interval {check.interval}s{interval}"
            )
            help = "a check must be over before the next one starts: raise interval or lower timeout"
            yield Finding(written(config, *keys), message, help, also=keys)


def balancer_checks_ready(config: Config) -> Iterator[Finding]:
    """A check that replaces tasks does not ask the database."""
    health, balancer = config.service.health, config.load_balancer.health_check
    container_asks = health.command is None and health.path == health.ready_path
    if health.ready_path is None or (health.ready_path != (balancer.path or health.path) and not container_asks):
        return
    own: KeyPath = ("service", "health", "path")
    of_balancer: KeyPath = ("load_balancer", "health_check", "path")
    fallback: KeyPath = ("service", "health", "ready_path")
    if balancer.path == health.ready_path:
        place, who = of_balancer, "load balancer's"
    else:
        place, who = written(config, own, fallback), "container's" if balancer.path else "load balancer's"
    message = f"the {who} check requests {health.ready_path}, which asks the database"
    help = (
        "a database outage would restart every task: check a path that answers by itself, "
        f"such as {_light(health.ready_path)}"
    )
    yield Finding(place, message, help)


def _light(ready: str) -> str:
    return "/health" if ready != "/health" else "/live"


def plain_http(config: Config) -> Iterator[Finding]:
    """Without a domain there is no certificate."""
    if config.domain is None:
        message = "no domain: the load balancer speaks plain HTTP, which anyone on the way can read and change"
        yield Finding(("domain",), message, "add `domain:` with name and hosted_zone_id")


def balancer_subnets(config: Config) -> Iterator[Finding]:
    """An application load balancer stands in two zones."""
    existing = config.network.existing
    if existing is None:
        return
    private = config.load_balancer.internal and existing.egress != "public_ip"
    key = "private_subnet_ids" if private else "public_subnet_ids"
    count = len(existing.private_subnet_ids if private else existing.public_subnet_ids)
    if count < 2 and not (private and count == 0):  # none at all is the tasks' trouble first
        path = written(config, ("network", "existing", key), ("network", "existing", "vpc_id"))
        what = "internal load balancer" if private else "load balancer"
        help = "name subnets in two or more availability zones"
        yield Finding(path, f"the {what} needs two subnets, and {key} names {count or 'none'}", help)


def other_region(config: Config) -> Iterator[Finding]:
    """A load balancer takes certificates of its own region only, and all services take keys of theirs."""
    if config.kms_key and (region := config.kms_key.split(":")[3]) != config.region:
        message = f"the key is in {region}, the service in {config.region}"
        yield Finding(("kms_key",), message, "name a key of the same region")
    arn = config.domain.certificate_arn if config.domain else None
    if arn and (region := arn.split(":")[3]) != config.region:
        message = f"the certificate is in {region}, the load balancer in {config.region}"
        help = "name a certificate of the same region, or remove the key to have one issued"
        yield Finding(("domain", "certificate_arn"), message, help)


def no_public_zones(config: Config) -> Iterator[Finding]:
    """Route 53 must be able to lead the domain to the load balancer.

    Source: AWS GovCloud (US) user guide, "Amazon Route 53": no public hosted zones, and no alias to a load balancer.
    """
    if config.domain is not None and partition(config.region) == "aws-us-gov":
        message = f"Route 53 has no public hosted zones in {config.region}, nor records that lead to a load balancer"
        help = "remove the key, and lead the name to the load balancer with DNS outside this partition"
        yield Finding(("domain",), message, help)


def sticky_shift(config: Config) -> Iterator[Finding]:
    """A client cannot be held to a task while requests move from one target group to another.

    Elastic Load Balancing refuses such a target group: "This target group appears behind a rule with group stickiness
    disabled" (kubernetes-sigs/aws-load-balancer-controller, issue 2734); and a rule that held clients to one of the
    two would keep them on the old version.
    """
    strategy = config.deployment.strategy
    if config.load_balancer.stickiness is not None and strategy != "rolling":
        message = f"stickiness holds clients to a task, and strategy {strategy} moves requests to other tasks"
        help = "remove stickiness, or set deployment.strategy to rolling"
        yield Finding(("load_balancer", "stickiness"), message, help, also=(("deployment", "strategy"),))
