"""The key `scaling`: how many tasks run."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from blogstack.config.stores import StoreName
from blogstack.config.types import Duration, Form, Items, Section, Whole, fault
from blogstack.config.types.schedules import CronExpression, TimeZoneName
from blogstack.diagnostics import Code
from blogstack.words import shorten

# Tasks per service: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
_MAX_TASKS = 5000
_TASKS = Whole(1, _MAX_TASKS, "tasks")
_PERCENT = Whole(1, 100, "percent")
# Scheduled actions per scalable target:
# https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html
_MAX_SCHEDULES = 200


Measure = Literal["cpu", "memory", "requests", "queue"]
"""What can set the number of tasks."""


class Schedule(Section):
    """A time at which the limits change, until another schedule changes them again."""

    name: Annotated[
        str,
        Form("[A-Za-z0-9][A-Za-z0-9_-]*", "a schedule's name", "use letters, digits, hyphens and underscores", 64),
    ] = Field(examples=["morning"])
    """Unique name of the schedule."""
    cron: CronExpression = Field(examples=["0 8 ? * MON-FRI *"])
    """When, in AWS's cron format of six fields: minutes, hours, day of month, month, day of week, year."""
    timezone: TimeZoneName = Field("Etc/UTC", examples=["Asia/Seoul"])
    """IANA time zone of `cron`, including its daylight saving time."""
    min: Annotated[int, Whole(0, _MAX_TASKS, "tasks")] = Field(examples=[4])
    """Minimum number of tasks from then on; 0: there may be none."""
    max: Annotated[int, Whole(0, _MAX_TASKS, "tasks")] = Field(examples=[20])
    """Maximum number of tasks from then on."""


def _check_names(schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
    names = [schedule.name for schedule in schedules]
    if repeated := [name for n, name in enumerate(names) if name in names[:n]]:
        raise fault(Code.WRONG_FORM, f"duplicate name {shorten(repeated[0])!r}", "give each schedule its own name")
    return schedules


class TaskScaling(Section):
    """How many tasks run, and what changes their number."""

    min: Annotated[int, _TASKS] = 2
    """Minimum number of tasks."""
    max: Annotated[int, _TASKS] = 10
    """Maximum number of tasks."""
    cpu: Annotated[int, _PERCENT] | None = 60
    """Average CPU percentage to hold by adding and removing tasks; null: none."""
    memory: Annotated[int, _PERCENT] | None = Field(None, examples=[75])
    """Average memory percentage to hold by adding and removing tasks; null: none."""
    scale_out_cooldown: Annotated[int, Duration(0, 3600)] = 30
    """Time to wait after adding tasks before adding more."""
    scale_in_cooldown: Annotated[int, Duration(0, 3600)] = 120
    """Time to wait after removing tasks before removing more."""
    schedules: Annotated[Items[Schedule], AfterValidator(_check_names)] = Field((), max_length=_MAX_SCHEDULES)
    """Times at which min and max change, as for office hours."""
    # A capacity provider of weight 0 gets no task, so at 100 no task would run on demand:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    spot: Annotated[int, Whole(0, 99, "percent")] = 0
    """Percentage of tasks above `min` on Fargate Spot: AWS may lack capacity, or stop them at two minutes' notice."""

    @property
    def min_tasks(self) -> int:
        """The minimum number of tasks at any time: `min`, or that of a schedule."""
        return min([self.min, *(schedule.min for schedule in self.schedules)])

    @property
    def max_tasks(self) -> int:
        """The maximum number of tasks at any time: `max`, or that of a schedule."""
        return max([self.max, *(schedule.max for schedule in self.schedules)])

    @property
    def targets(self) -> dict[Measure, int | None]:
        """What scaling is to hold, by measure; None for a measure that it does not follow."""
        return {"cpu": self.cpu, "memory": self.memory}

    @property
    def on_demand(self) -> int:
        """The number of tasks that never run on Spot."""
        return self.min


class Scaling(TaskScaling):
    """How many tasks of the service run, and what changes their number."""

    requests: Annotated[int, Whole(1, 1_000_000, "requests")] | None = Field(None, examples=[1000])
    """Requests per task per minute to hold by adding and removing tasks; null: none."""

    @property
    def targets(self) -> dict[Measure, int | None]:
        """What scaling is to hold, by measure; None for a measure that it does not follow."""
        return {"cpu": self.cpu, "memory": self.memory, "requests": self.requests}


class Backlog(Section):
    """A queue, and how many of its messages there should be for each task."""

    name: StoreName = Field(examples=["mails"])
    """Name of the queue, one of `queues`."""
    backlog_per_task: Annotated[int, Whole(1, 1_000_000, "messages")] = Field(examples=[100])
    """Messages per task, waiting or in progress: the acceptable wait divided by the time a task needs for a message."""


class WorkerScaling(TaskScaling):
    """How many tasks of a worker run, and what changes their number."""

    min: Annotated[int, Whole(0, _MAX_TASKS, "tasks")] = 1
    """Minimum number of tasks; 0 needs a queue or a schedule that starts tasks."""
    max: Annotated[int, _TASKS] = 1
    """Maximum number of tasks."""
    cpu: Annotated[int, _PERCENT] | None = 60
    """Average CPU percentage to hold by adding and removing tasks; null: none, which is the default with `queue`."""
    queue: Backlog | None = Field(None, examples=[{"name": "mails", "backlog_per_task": 100}])
    """Queue whose messages set the number of tasks; null: none."""
    spot: Annotated[int, Whole(0, 100, "percent")] = 0
    """Percentage of all tasks that run on Fargate Spot, which AWS may stop at two minutes' notice."""

    @model_validator(mode="before")
    @classmethod
    def _follow_queue_alone(cls, values: Any) -> Any:  # noqa: ANN401 (whatever the file has)
        """The CPU has a target by default, but not with a queue, as the last task always uses some CPU."""
        if isinstance(values, dict) and values.get("queue") is not None and "cpu" not in values:
            return {**values, "cpu": None}
        return values

    @property
    def targets(self) -> dict[Measure, int | None]:
        """What scaling is to hold, by measure; None for a measure that it does not follow."""
        queue = self.queue
        return {"cpu": self.cpu, "memory": self.memory, "queue": queue.backlog_per_task if queue else None}

    @property
    def on_demand(self) -> int:
        """The number of tasks that never run on Spot."""
        return 0
