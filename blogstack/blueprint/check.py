"""A health check, of a container or of the load balancer."""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    """A health check; times in seconds. `target` is a shell command for a container, a path for a target group."""

    target: str
    interval: int
    timeout: int
    unhealthy: int
    start: int
