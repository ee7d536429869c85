"""Decisions about how a new version of a workload replaces the old one."""

from __future__ import annotations

from blogstack.config import deployment as config
from blogstack.records import Record


class Canary(Record):
    """A first share of the requests, in percent, goes to the new tasks; the others follow after a wait in minutes."""

    percent: int
    wait: int


class Linear(Record):
    """In each step a share of the requests, in percent, goes to the new tasks, with a wait in minutes between steps."""

    percent: int
    wait: int


class Shift(Record):
    """A deployment with a second set of tasks, to which the load balancer shifts the requests.

    Attributes:
        steps: None to shift all requests at once (blue/green).
        bake: Minutes that the old tasks keep running after the last step.
        minutes: How long a deployment waits in all: between steps, and `bake`.
    """

    steps: Canary | Linear | None
    bake: int
    minutes: int


class Deployment(Record, kw_only=True):
    """How a new version replaces the old one.

    Attributes:
        minimum_healthy_percent: Minimum percentage of the tasks that keep running.
        maximum_percent: Maximum percentage of the tasks that run at once.
        failures: Number of failed tasks that opens the circuit breaker; None for AWS's default.
        shift: None for a rolling deployment.
    """

    minimum_healthy_percent: int
    maximum_percent: int
    circuit_breaker: bool
    failures: int | None
    rollback_on_alarms: bool
    zone_rebalancing: bool
    shift: Shift | None


def resolve_deployment(deployment: config.Deployment, region: str) -> Deployment:
    """Every decision about a workload's deployments."""
    return Deployment(
        minimum_healthy_percent=deployment.minimum_healthy_percent,
        maximum_percent=deployment.maximum_percent,
        circuit_breaker=deployment.circuit_breaker,
        failures=deployment.failures,
        rollback_on_alarms=config.rolls_back_on_alarms(deployment, region),
        # Rebalancing starts a task in the better zone before it stops one, which a maximum of 100 percent does not
        # allow: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
        zone_rebalancing=deployment.maximum_percent > 100,
        shift=_shift(deployment),
    )


def _shift(deployment: config.Deployment) -> Shift | None:
    if deployment.strategy == "rolling":
        return None
    wait = deployment.step_interval // 60
    steps: dict[str, Canary | Linear] = {
        "canary": Canary(deployment.canary_percent, wait),
        "linear": Linear(deployment.step_percent, wait),
    }
    return Shift(steps.get(deployment.strategy), deployment.bake_time // 60, config.shift_seconds(deployment) // 60)
