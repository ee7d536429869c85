"""How many tasks run, and what makes their number change."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.rules.finding import Finding, or_default, written
from blogstack.source.document import KeyPath


def min_above_max(config: Config) -> Iterator[Finding]:
    """There are no more least tasks than most."""
    low, high = config.scaling.min, config.scaling.max
    if low > high:
        keys: tuple[KeyPath, ...] = (("scaling", "max"), ("scaling", "min"))
        least, most = (or_default(config, "scaling", key) for key in ("min", "max"))
        message = f"scaling.min {low}{least} is above scaling.max {high}{most}"
        yield Finding(written(config, *keys), message, "raise max or lower min; both may be equal", also=keys)


def single_task(config: Config) -> Iterator[Finding]:
    """One task is no redundancy."""
    message = "with one task, its failure is an outage until another has started"
    if config.scaling.min < 2:
        help = "set scaling.min to 2, or leave it where an outage of a few minutes does not matter"
        yield Finding(("scaling", "min"), message, help)
    for number, schedule in enumerate(config.scaling.schedules):
        if schedule.min < 2:
            off = "with no task, every request is answered with 503 until one has started"
            path = ("scaling", "schedules", number, "min")
            yield Finding(path, message if schedule.min else off, "set min to 2")


def schedule_limits(config: Config) -> Iterator[Finding]:
    """A schedule leaves room between its own limits."""
    for number, schedule in enumerate(config.scaling.schedules):
        if schedule.min > schedule.max:
            message = f"min {schedule.min} of the schedule {schedule.name} is above its max {schedule.max}"
            path = ("scaling", "schedules", number, "max")
            yield Finding(path, message, "raise max or lower min; both may be equal")


def schedule_stays(config: Config) -> Iterator[Finding]:
    """What a schedule sets is taken back by another."""
    if len(config.scaling.schedules) == 1:
        (schedule,) = config.scaling.schedules
        message = f"the limits of the schedule {schedule.name}, {schedule.min} to {schedule.max}, stay for ever"
        help = f"add a second schedule that returns to min {config.scaling.min} and max {config.scaling.max}"
        yield Finding(("scaling", "schedules"), f"{message}: no other changes them again", help)


def never_scales(config: Config) -> Iterator[Finding]:
    """Where there is room between the limits, something uses it."""
    scaling = config.scaling
    if scaling.min < scaling.max and not (scaling.cpu or scaling.memory or scaling.requests or scaling.schedules):
        message = f"nothing adds tasks: there are always {scaling.min}, and scaling.max {scaling.max} is never reached"
        help = "set cpu, memory or requests to what the tasks should hold, or max to the same as min"
        yield Finding(("scaling", "cpu"), message, help)


def spot_never(config: Config) -> Iterator[Finding]:
    """There are tasks above `min` that can run on Spot."""
    scaling = config.scaling
    if scaling.spot and scaling.most <= scaling.min:
        message = f"spot is for tasks above scaling.min {scaling.min}{or_default(config, 'scaling', 'min')}"
        yield Finding(("scaling", "spot"), f"{message}, and there are never more", "raise scaling.max, or remove spot")
