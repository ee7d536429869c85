"""How many tasks run, and what changes their number."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config.workloads import EcsService, WebService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule

_SCHEDULED = (
    "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html"
)


@rule(Code.MIN_ABOVE_MAX, Scope[EcsService], reads=("scaling.min", "scaling.max"))
def min_above_max(scope: Scope[EcsService]) -> Iterator[Finding]:
    """The minimum number of tasks is not above the maximum."""
    low, high = scope.value.scaling.min, scope.value.scaling.max
    if low > high:
        keys = most, least = scope.at("scaling", "max"), scope.at("scaling", "min")
        marks = scope.default_mark(least), scope.default_mark(most)
        message = f"scaling.min {low}{marks[0]} is above scaling.max {high}{marks[1]}"
        yield Finding(scope.first_written(*keys), message, "raise max or lower min; both may be equal", also=keys)


@rule(
    Code.SINGLE_TASK,
    Scope[WebService],
    reads=("scaling.min", "scaling.schedules[].min"),
)
def single_task(scope: Scope[WebService]) -> Iterator[Finding]:
    """Two tasks or more answer requests, so that one may fail."""
    message = "with one task, its failure is an outage until another has started"
    if scope.value.scaling.min < 2:
        help = "set scaling.min to 2, or ignore this where an outage of a few minutes does not matter"
        yield Finding(scope.at("scaling", "min"), message, help)
    for number, schedule in enumerate(scope.value.scaling.schedules):
        if schedule.min < 2:
            off = "with no task, every request is answered with 503 until one has started"
            path = scope.at("scaling", "schedules", number, "min")
            yield Finding(path, message if schedule.min else off, "set min to 2")


@rule(
    Code.SCHEDULE_LIMITS,
    Scope[EcsService],
    reads=("scaling.schedules[].name", "scaling.schedules[].min", "scaling.schedules[].max"),
    source=_SCHEDULED,
)
def schedule_limits(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A schedule's minimum is not above its maximum."""
    for number, schedule in enumerate(scope.value.scaling.schedules):
        if schedule.min > schedule.max:
            message = f"min {schedule.min} of the schedule {schedule.name} is above its max {schedule.max}"
            path = scope.at("scaling", "schedules", number, "max")
            yield Finding(path, message, "raise max or lower min; both may be equal")


@rule(
    Code.SCHEDULE_STAYS,
    Scope[EcsService],
    reads=(
        "scaling.schedules[].name",
        "scaling.schedules[].min",
        "scaling.schedules[].max",
        "scaling.min",
        "scaling.max",
    ),
    source=_SCHEDULED,
)
def schedule_stays(scope: Scope[EcsService]) -> Iterator[Finding]:
    """The limits of a schedule are reverted by another schedule."""
    scaling = scope.value.scaling
    if len(scaling.schedules) == 1:
        (schedule,) = scaling.schedules
        message = f"the limits of the schedule {schedule.name}, {schedule.min} to {schedule.max}, are never reverted"
        help = f"add a second schedule that returns to min {scaling.min} and max {scaling.max}"
        yield Finding(scope.at("scaling", "schedules"), f"{message}: no other schedule changes them", help)


@rule(
    Code.NEVER_SCALES,
    Scope[EcsService],
    reads=(
        "scaling.min",
        "scaling.max",
        "scaling.cpu",
        "scaling.memory",
        "scaling.requests",
        "scaling.queue.backlog_per_task",
        "scaling.schedules",
    ),
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
)
def never_scales(scope: Scope[EcsService]) -> Iterator[Finding]:
    """If the maximum is above the minimum, something adds tasks."""
    scaling = scope.value.scaling
    if scaling.min < scaling.max and not any(scaling.targets.values()) and not scaling.schedules:
        message = f"nothing adds tasks: there are always {scaling.min}, and scaling.max {scaling.max} is never reached"
        *others, last = scaling.targets
        help = f"set {', '.join(others)} or {last} to the target that tasks should keep, or set max equal to min"
        yield Finding(scope.at("scaling", "cpu"), message, help)


@rule(
    Code.SPOT_NEVER,
    Scope[WebService],
    reads=("scaling.spot", "scaling.min", "scaling.max", "scaling.schedules[].max"),
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
)
def spot_never(scope: Scope[WebService]) -> Iterator[Finding]:
    """There are tasks above `min` that can run on Spot; all tasks of a worker can."""
    scaling = scope.value.scaling
    if scaling.spot and scaling.max_tasks <= scaling.min:
        default = scope.default_mark(scope.at("scaling", "min"))
        message = f"spot applies to tasks above scaling.min {scaling.min}{default}, and there are never more"
        yield Finding(scope.at("scaling", "spot"), message, "raise scaling.max, or remove spot")
