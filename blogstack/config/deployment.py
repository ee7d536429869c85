"""The key `deployment`: how a new version replaces the old one."""

from __future__ import annotations

from typing import Annotated

from blogstack.config.types import Section, Whole


class Deployment(Section):
    """How a new version replaces the old one."""

    minimum_healthy_percent: Annotated[int, Whole(0, 100, "percent")] = 100
    """Share of the tasks that stays healthy during a deployment, in percent, rounded up."""
    maximum_percent: Annotated[int, Whole(100, 200, "percent")] = 200
    """Share of the tasks that may run during a deployment, in percent, rounded down."""
    circuit_breaker: bool = True
    """Whether a deployment whose tasks never become healthy is stopped and rolled back."""
    rollback_on_alarms: bool = True
    """Whether, with `alarms`, a deployment during which requests begin to fail is rolled back."""
