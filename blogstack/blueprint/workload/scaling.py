"""Decisions about the number of a workload's tasks: its limits, what sets it, and when the limits change."""

from __future__ import annotations

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import Imported
from blogstack.blueprint.queues import Queues
from blogstack.config import scaling as config
from blogstack.config.scaling import Measure
from blogstack.facts.schedules import as_schedule
from blogstack.records import Record


class Policy(Record):
    """A target of scaling: a percentage of cpu or memory, or requests per minute or messages of a queue, per task."""

    measure: Measure
    target: int


class Backlog(Record):
    """The queue that scaling follows.

    Attributes:
        queue: Its name on AWS.
        from_zero: Whether there may be no task, so that a message has to start the first one.
    """

    queue: Imported
    from_zero: bool


class Schedule(Record, kw_only=True):
    """A time at which the limits change; `cron` in AWS's format, as in `cron(0 8 ? * MON-FRI *)`."""

    name: str
    cron: str
    timezone: str
    min: int
    max: int


class Scaling(Record, kw_only=True):
    """The limits of the number of tasks, and what sets it; cooldowns in seconds.

    Attributes:
        backlog: None if no policy follows a queue.
    """

    min: int
    max: int
    policies: tuple[Policy, ...]
    backlog: Backlog | None
    schedules: tuple[Schedule, ...]
    scale_out_cooldown: int
    scale_in_cooldown: int


class Capacity(Record, kw_only=True):
    """How many tasks run, and on which capacity.

    Attributes:
        min_tasks: The smallest number of tasks at any time; schedules count.
        base: Tasks that always run on demand.
        spot: Percentage of the tasks above `base` that run on Fargate Spot; 0 for none.
        count: The number of tasks when it never changes; None when scaling decides.
        scaling: None with a fixed count.
    """

    min_tasks: int
    base: int
    spot: int
    count: int | None
    scaling: Scaling | None


def resolve_capacity(scaling: config.TaskScaling, queues: Queues | None) -> Capacity:
    """Every decision about the number of a workload's tasks; `queues`: the application's."""
    scales = scaling.min != scaling.max or bool(scaling.schedules)
    return Capacity(
        min_tasks=scaling.min_tasks,
        base=scaling.on_demand,
        spot=scaling.spot,
        count=None if scales else scaling.min,
        scaling=_scaling(scaling, queues) if scales else None,
    )


def _scaling(scaling: config.TaskScaling, queues: Queues | None) -> Scaling:
    return Scaling(
        min=scaling.min,
        max=scaling.max,
        policies=tuple(Policy(measure, target) for measure, target in scaling.targets.items() if target),
        backlog=_backlog(scaling, queues),
        schedules=tuple(
            Schedule(
                name=schedule.name,
                cron=as_schedule(schedule.cron),
                timezone=schedule.timezone,
                min=schedule.min,
                max=schedule.max,
            )
            for schedule in scaling.schedules
        ),
        scale_out_cooldown=scaling.scale_out_cooldown,
        scale_in_cooldown=scaling.scale_in_cooldown,
    )


def _backlog(scaling: config.TaskScaling, queues: Queues | None) -> Backlog | None:
    if not isinstance(scaling, config.WorkerScaling) or scaling.queue is None:
        return None
    assert queues is not None, "a rule checks that the queue exists"
    name = queues.queue_name(ids.QUEUE.format(ids.camel_case(scaling.queue.name)))
    return Backlog(name, from_zero=scaling.min_tasks == 0)
