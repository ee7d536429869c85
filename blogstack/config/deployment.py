"""The key `deployment`: how a new version replaces the old one."""

from __future__ import annotations

from typing import Annotated, Literal

from blogstack.config.types import Minutes, Section, Whole

# Amazon ECS API reference, DeploymentConfiguration, CanaryConfiguration and LinearConfiguration: whole minutes, up to a
# day; AWS takes tenths of a percent too, which nobody needs.
_DAY = 1440


class Deployment(Section):
    """How a new version replaces the old one."""

    strategy: Literal["rolling", "blue_green", "canary", "linear"] = "rolling"
    """Replace tasks one by one, or start a second set and move requests to it at once, after a share, or in steps."""
    minimum_healthy_percent: Annotated[int, Whole(0, 100, "percent")] = 100
    """rolling: share of the tasks that stays healthy during a deployment, in percent, rounded up."""
    maximum_percent: Annotated[int, Whole(100, 200, "percent")] = 200
    """rolling: share of the tasks that may run during a deployment, in percent, rounded down."""
    circuit_breaker: bool = True
    """Whether a deployment whose tasks never become healthy is stopped and rolled back."""
    rollback_on_alarms: bool = True
    """Whether, with `alarms`, a deployment during which requests begin to fail is rolled back."""
    bake_time: Annotated[int, Minutes(0, _DAY)] = 300
    """blue_green, canary, linear: time that the old tasks stay after all requests go to the new ones."""
    canary_percent: Annotated[int, Whole(1, 100, "percent")] = 10
    """canary: first share of the requests that goes to the new tasks, in percent."""
    step_percent: Annotated[int, Whole(3, 100, "percent")] = 10
    """linear: share of the requests that goes over to the new tasks in each step, in percent."""
    step_interval: Annotated[int, Minutes(1, _DAY)] = 60
    """canary, linear: time between two steps."""
