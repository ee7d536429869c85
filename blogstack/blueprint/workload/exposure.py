"""Decisions about how requests reach a workload: its target group, and its rule at the load balancer's listener."""

from __future__ import annotations

import re

from blogstack.blueprint.edge import Edge
from blogstack.blueprint.names import Imported
from blogstack.blueprint.workload.check import Check
from blogstack.config.workloads import EcsService, WebService
from blogstack.facts.frameworks import START_UP
from blogstack.records import Record

# The last priority that a listener's rule can have, for the workload that gets every request without another rule:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
_LAST_PRIORITY = 50_000


class Exposure(Record, kw_only=True):
    """How requests reach a workload; times in seconds.

    Attributes:
        port: Of the container.
        priority: Of the listener's rule; a smaller number is tried first.
        paths: Path patterns of the requests that the workload gets.
        health_path: Path that the check requests.
        healthy_threshold: Passed checks in a row that make a task healthy.
        deregistration_delay: Time that a stopping task gets for its open requests.
        stickiness: Time that a client keeps its task; None for not at all.
        ready_path: Path to request after a deployment; None for none.
        errors_are_healthy: Whether an answer of 400 or above passes the check.
    """

    port: int
    listener: Imported
    load_balancer_security_group: Imported
    load_balancer_full_name: Imported
    priority: int
    paths: tuple[str, ...]
    health_path: str
    check: Check
    healthy_threshold: int
    success_codes: str
    deregistration_delay: int
    stickiness: int | None
    ready_path: str | None
    errors_are_healthy: bool


def resolve_exposure(workload: EcsService, edge: Edge) -> Exposure | None:
    """How requests reach a workload; None for one that gets none."""
    if not isinstance(workload, WebService):
        return None
    service, balancer = workload.task, workload.load_balancer
    check = balancer.health_check
    grace = check.grace_period
    return Exposure(
        port=service.port,
        listener=edge.listener,
        load_balancer_security_group=edge.security_group,
        load_balancer_full_name=edge.full_name,
        priority=_LAST_PRIORITY,
        paths=("/*",),
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
        ready_path=service.health.ready_path,
        errors_are_healthy=any(int(code) >= 400 for code in re.findall(r"\d+", check.success_codes)),
    )
