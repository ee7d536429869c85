"""Decisions about how requests reach a workload: its target group, and its rule at the load balancer's listener."""

from __future__ import annotations

import re
from collections.abc import Mapping

from blogstack.blueprint.edge import LoadBalancer
from blogstack.blueprint.names import Imported
from blogstack.blueprint.workload.check import Check
from blogstack.config import Config
from blogstack.config.route import Route, covers
from blogstack.config.workloads import EcsService, WebService
from blogstack.facts.frameworks import START_UP
from blogstack.records import Record


class Exposure(Record, kw_only=True):
    """How requests reach a workload; times in seconds.

    Attributes:
        container: Name of the sidecar that gets the requests; None for the workload's own container.
        port: Of the container that gets the requests.
        priority: Of the listener's rule; a smaller number is evaluated first.
        paths: Path patterns of the requests that the workload gets; none with a host or a header alone.
        hosts: Host patterns of these requests; none for every host.
        headers: For each header that these requests must have, the patterns of its value; none for every request.
        is_main: Whether it gets the requests that match no other rule.
        health_path: Path that the check requests.
        healthy_threshold: Passed checks in a row that make a task healthy.
        deregistration_delay: Time that a stopping task has for its open requests.
        stickiness: Time that a client stays on the same task; None for no stickiness.
        own_host: Host to request after a deployment; None for the host of the load balancer's URL.
        own_paths: Paths to request after a deployment, which no other workload answers.
        own_headers: Headers to send with these requests, by name.
        errors_are_healthy: Whether an answer of 400 or above passes the check.
    """

    container: str | None
    port: int
    listener: Imported
    load_balancer_security_group: Imported
    load_balancer_full_name: Imported
    priority: int
    paths: tuple[str, ...]
    health_path: str
    hosts: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]
    is_main: bool
    check: Check
    healthy_threshold: int
    success_codes: str
    deregistration_delay: int
    stickiness: int | None
    own_host: str | None
    own_paths: tuple[str, ...]
    own_headers: Mapping[str, str]
    errors_are_healthy: bool


def resolve_exposure(workload: EcsService, config: Config, load_balancer: LoadBalancer) -> Exposure | None:
    """How requests reach a workload; None for one that gets none from the load balancer.

    Args:
        workload: The workload in the configuration.
        config: The configuration.
        load_balancer: That sends them.
    """
    if not isinstance(workload, WebService) or workload.is_private:
        return None
    route = workload.route
    service, balancer = workload.task, workload.load_balancer
    check = balancer.health_check
    grace = check.grace_period
    return Exposure(
        container=balancer.container,
        port=_port(workload),
        listener=load_balancer.listener,
        load_balancer_security_group=load_balancer.security_group,
        load_balancer_full_name=load_balancer.full_name,
        priority=config.rule_priority(workload),
        paths=route.paths if route else ("/*",),
        hosts=(route.host or ()) if route else (),
        headers=route.header if route else {},
        is_main=route is None,
        health_path=service.health.path,
        check=Check(
            interval=check.interval,
            timeout=check.timeout,
            unhealthy=check.unhealthy_threshold,
            start=START_UP[service.framework].grace_period if grace is None else grace,
        ),
        healthy_threshold=check.healthy_threshold,
        success_codes=check.success_codes,
        deregistration_delay=balancer.deregistration_delay,
        stickiness=balancer.stickiness,
        own_host=_own_host(route),
        own_paths=_own_paths(route, service.health.path, service.health.ready_path),
        own_headers=_own_headers(route),
        errors_are_healthy=any(int(code) >= 400 for code in re.findall(r"\d+", check.success_codes)),
    )


def _port(workload: WebService) -> int:
    """Port of the container that gets the requests; BS362 makes sure that a sidecar has one."""
    name = workload.load_balancer.container
    return (workload.task.sidecars[name].port if name else None) or workload.task.port


def _own_host(route: Route | None) -> str | None:
    """The first host of a route that is a name."""
    hosts = (route.host if route else None) or ()
    return next((host for host in hosts if not re.search("[*?]", host)), None)


def _own_headers(route: Route | None) -> dict[str, str]:
    """For each header of a route, the first value without a wildcard."""
    headers = route.header if route else {}
    texts = {name: [value for value in values if not re.search("[*?]", value)] for name, values in headers.items()}
    return {name: values[0] for name, values in texts.items() if values}


def _own_paths(route: Route | None, *paths: str | None) -> tuple[str, ...]:
    """The paths that a route matches, each once; none if every host or every value of a header is a pattern."""
    known = tuple(dict.fromkeys(path for path in paths if path))
    if route is None:
        return known
    if (route.host and _own_host(route) is None) or len(_own_headers(route)) < len(route.header):
        return ()
    patterns = route.paths or ("*",)
    return tuple(path for path in known if any(covers(each, path.partition("?")[0]) for each in patterns))
