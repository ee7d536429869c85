"""A health check, of a container or of a target group."""

from __future__ import annotations

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
