"""A health check, of a container or of a target group."""

from __future__ import annotations

from blogstack.config.sidecars import SidecarHealth
from blogstack.records import Record


class Check(Record, kw_only=True):
    """A health check; times in seconds.

    Attributes:
        target: A shell command for a container, a path for a target group.
        unhealthy: Failed checks in a row that make it unhealthy.
        start: Time after the start in which failed checks do not count.
    """

    target: str
    interval: int
    timeout: int
    unhealthy: int
    start: int


def resolve_check(health: SidecarHealth | None) -> Check | None:
    """The check of a container that has a command for it; None for none."""
    if health is None:
        return None
    return Check(
        target=health.command,
        interval=health.interval,
        timeout=health.timeout,
        unhealthy=health.retries,
        start=health.start_period,
    )
