"""A health check, of a container or of a target group."""

from __future__ import annotations

from blogstack.config.service import Health
from blogstack.config.sidecars import SidecarHealth
from blogstack.records import Record


class Check(Record, kw_only=True):
    """A health check; times in seconds.

    Attributes:
        unhealthy: Failed checks in a row that make it unhealthy.
        start: Time after the start in which failed checks do not count.
    """

    interval: int
    timeout: int
    unhealthy: int
    start: int


class ContainerCheck(Check, kw_only=True):
    """A health check inside a container.

    Attributes:
        command: As ECS expects it: how the command is run, then the command.
    """

    command: tuple[str, ...]


def resolve_check(health: Health | SidecarHealth | None, start: int = 0) -> ContainerCheck | None:
    """The check of a container that has a command for it; None for none.

    Args:
        health: The section with the check.
        start: Seconds in which failed checks do not count, if the section does not set them.
    """
    if health is None or health.command is None:
        return None
    command = health.command
    return ContainerCheck(
        command=("CMD-SHELL", command) if isinstance(command, str) else ("CMD", *command),
        interval=health.interval,
        timeout=health.timeout,
        unhealthy=health.retries,
        start=start if health.start_period is None else health.start_period,
    )
