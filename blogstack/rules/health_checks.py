"""Health checks, of containers and of the load balancer's targets."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config.load_balancer import HealthCheck
from blogstack.config.service import Health
from blogstack.config.sidecars import Sidecar, SidecarHealth
from blogstack.config.workloads import EcsService, WebService
from blogstack.diagnostics import Code
from blogstack.facts.frameworks import START_UP
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.source.document import KeyPath
from blogstack.words import dotted

_CONTAINER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html"
_TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"


_TIMES = ("health.timeout", "health.interval")


@rule(Code.CHECK_TIMEOUT, Scope[EcsService], reads=_TIMES, source=_CONTAINER)
def container_timeout(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A container's check ends before the next one begins."""
    if (health := scope.value.task.health) is not None:
        yield from _timeout(scope, scope.at("health"), health)


@rule(Code.CHECK_TIMEOUT, Scope[Sidecar], reads=_TIMES, source=_CONTAINER)
def sidecar_timeout(scope: Scope[Sidecar]) -> Iterator[Finding]:
    """A sidecar's check ends before the next one begins."""
    if (health := scope.value.health) is not None:
        yield from _timeout(scope, scope.at("health"), health)


@rule(
    Code.CHECK_TIMEOUT,
    Scope[WebService],
    reads=("load_balancer.health_check.timeout", "load_balancer.health_check.interval"),
    source=_TARGETS,
)
def target_timeout(scope: Scope[WebService]) -> Iterator[Finding]:
    """The load balancer's check ends before the next one begins."""
    yield from _timeout(scope, scope.at("load_balancer", "health_check"), scope.value.load_balancer.health_check)


def _timeout(
    scope: Scope[EcsService] | Scope[WebService] | Scope[Sidecar],
    path: KeyPath,
    check: Health | SidecarHealth | HealthCheck,
) -> Iterator[Finding]:
    if check.timeout >= check.interval:
        keys = timeout, interval = (*path, "timeout"), (*path, "interval")
        message = (
            f"{dotted(path)}: timeout {check.timeout}s{scope.default_mark(timeout)} is not below "
            f"interval {check.interval}s{scope.default_mark(interval)}"
        )
        help = "a check must end before the next one starts: raise interval or lower timeout"
        yield Finding(scope.first_written(*keys), message, help, also=keys)


@rule(
    Code.SHORT_START,
    Scope[WebService],
    reads=("framework", "health.start_period", "load_balancer.health_check.grace_period"),
    source=_CONTAINER,
)
def short_start(scope: Scope[WebService]) -> Iterator[Finding]:
    """A task that is still starting is not replaced."""
    service, balancer = scope.value.task, scope.value.load_balancer
    if service.framework == "other":
        return
    usual = START_UP[service.framework].start_period
    times = {
        scope.at("health", "start_period"): service.health.start_period,
        scope.at("load_balancer", "health_check", "grace_period"): balancer.health_check.grace_period,
    }
    for path, seconds in times.items():
        if seconds is not None and seconds < usual:
            took = f"the {usual}s that {service.framework} usually takes to start"
            help = f"a task may be replaced before it is up: choose {usual}s or more"
            yield Finding(path, f"{path[-1]} {seconds}s is shorter than {took}", help)


@rule(Code.BALANCER_CHECKS_READY, Scope[WebService], reads=("health.path", "health.ready_path"), source=_TARGETS)
def check_of_database(scope: Scope[WebService]) -> Iterator[Finding]:
    """A check that replaces tasks does not depend on the database."""
    health = scope.value.task.health
    if health.path == health.ready_path:
        keys = scope.at("health", "path"), scope.at("health", "ready_path")
        message = f"the load balancer's check requests {health.path}, which checks the database"
        light = "/health" if health.path != "/health" else "/live"
        help = f"a database outage would restart every task: use a path without the database, such as {light}"
        yield Finding(scope.first_written(*keys), message, help, also=keys)
