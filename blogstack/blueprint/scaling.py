"""Decisions about scaling: between how many tasks, by what, and when the limits change."""

from __future__ import annotations

from typing import Literal, NamedTuple

from blogstack.config import Config

Measure = Literal["cpu", "memory", "requests"]


class Policy(NamedTuple):
    """What is held by adding and removing tasks: percent of cpu or memory, or requests per task per minute."""

    measure: Measure
    target: int


class Schedule(NamedTuple):
    """A time at which the limits change; `cron` as AWS reads it."""

    name: str
    cron: str
    timezone: str
    min: int
    max: int


class Scaling(NamedTuple):
    """Between how many tasks, and by what; cooldowns in seconds."""

    min: int
    max: int
    policies: tuple[Policy, ...]
    schedules: tuple[Schedule, ...]
    scale_out_cooldown: int
    scale_in_cooldown: int


def resolve_scaling(config: Config) -> Scaling | None:
    """Every decision about scaling; None when the number of tasks never changes."""
    scaling = config.scaling
    if scaling.min == scaling.max and not scaling.schedules:
        return None
    targets: tuple[tuple[Measure, int | None], ...] = (
        ("cpu", scaling.cpu),
        ("memory", scaling.memory),
        ("requests", scaling.requests),
    )
    return Scaling(
        min=scaling.min,
        max=scaling.max,
        policies=tuple(Policy(measure, target) for measure, target in targets if target),
        schedules=tuple(
            Schedule(s.name, f"cron({' '.join(s.cron.split())})", s.timezone, s.min, s.max) for s in scaling.schedules
        ),
        scale_out_cooldown=scaling.scale_out_cooldown,
        scale_in_cooldown=scaling.scale_in_cooldown,
    )
