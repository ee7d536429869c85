"""Workers: their number of tasks, their commands and their names."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.fields import fields_of
from blogstack.config.overrides import Overrides
from blogstack.config.workloads import JOBS, SERVICES, WORKERS, EcsJob, WorkerService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import did_you_mean, listed

_TARGET_TRACKING = (
    "https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html"
)
_NAMES = {"cpu": "CPU", "memory": "memory"}


@rule(
    Code.SINGLETON,
    Scope[WorkerService],
    reads=("singleton", "scaling.min", "scaling.max", "scaling.schedules[].max"),
    source="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html",
)
def singleton_with_tasks(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A singleton has at most one task."""
    scaling = scope.value.scaling
    limits = {("scaling", "min"): scaling.min, ("scaling", "max"): scaling.max} | {
        ("scaling", "schedules", number, "max"): schedule.max for number, schedule in enumerate(scaling.schedules)
    }
    if not scope.value.task.singleton:
        return
    for path, tasks in limits.items():
        if tasks > 1:
            message = f"a singleton has one task, but {path[-1]} is {tasks}"
            help = f"set {path[-1]} to 1, or remove singleton"
            yield Finding(scope.at(*path), message, help, also=(scope.at("singleton"),))
            return


@rule(
    Code.NOTHING_STARTS,
    Scope[WorkerService],
    reads=("scaling.min", "scaling.schedules[].min", "scaling.queue"),
    source=_TARGET_TRACKING,
)
def nothing_starts(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A worker that may have no task gets one again: without tasks there is no CPU or memory to measure."""
    scaling = scope.value.scaling
    started = any(schedule.min for schedule in scaling.schedules) or scaling.queue is not None
    if scaling.min == 0 and not started:
        message = "with no task there is nothing to measure, so scaling never starts the first one"
        help = "set scaling.min to 1, or add scaling.queue, or a schedule whose min is above 0"
        yield Finding(scope.at("scaling", "min"), message, help)


@rule(
    Code.UNKNOWN_QUEUE,
    Scope[WorkerService],
    reads=("scaling.queue.name",),
    outside=("queues",),
)
def unknown_queue(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """The queue that scaling follows is defined in the file."""
    backlog, queues = scope.value.scaling.queue, list(scope.config.queues)
    if backlog is not None and backlog.name not in queues:
        near = did_you_mean(backlog.name, queues)
        help = f"did you mean {near!r}?" if near else f"choose {', '.join(queues)}, or add it to queues"
        if not queues:
            help = f"add queues: {{{backlog.name}: {{}}}} at the top level"
        message = f"{backlog.name!r} is not one of the file's queues"
        yield Finding(scope.at("scaling", "queue", "name"), message, help)


@rule(
    Code.NEVER_ZERO,
    Scope[WorkerService],
    reads=("scaling.min", "scaling.queue", "scaling.cpu", "scaling.memory"),
    source=_TARGET_TRACKING,
)
def never_zero(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A worker that scales to zero with its queue has no other target: a task always uses some CPU and memory."""
    scaling = scope.value.scaling
    if scaling.min > 0 or scaling.queue is None:
        return
    for key, target in (("cpu", scaling.cpu), ("memory", scaling.memory)):
        if target:
            message = f"with {key} {target} the last task never stops, because it always uses some {_NAMES[key]}"
            help = f"remove {key}: the queue alone then sets the number of tasks; or set min to 1"
            yield Finding(scope.at("scaling", key), message, help, also=(scope.at("scaling", "min"),))


@rule(
    Code.NEVER_SCALES,
    Scope[WorkerService],
    reads=("scaling.min", "scaling.max", "scaling.queue", "scaling.schedules"),
)
def no_room_for_queue(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """Scaling that follows a queue has a maximum above its minimum."""
    scaling = scope.value.scaling
    if scaling.queue is not None and scaling.min == scaling.max and not scaling.schedules:
        most = scope.at("scaling", "max")
        message = f"the queue changes nothing: scaling.max {scaling.max}{scope.default_mark(most)} equals scaling.min"
        yield Finding(scope.at("scaling", "queue"), message, "raise scaling.max, or remove queue", also=(most,))


@rule(Code.SAME_COMMAND, Scope[WorkerService], reads=("command", "entrypoint", "image"))
def command_of_worker(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A worker has a command: the image's default command is the service's."""
    yield from find_missing_command(scope)


def find_missing_command(scope: Scope[WorkerService] | Scope[EcsJob]) -> Iterator[Finding]:
    """The finding on a worker or job that runs what the service runs."""
    task = scope.value.task
    if task.command is None and task.entrypoint is None and task.image is None:
        message = f"{scope.value.name} has no command, so it runs the image's default command, as the service does"
        help = "add command, as in [celery, -A, shop, worker]; or another image"
        yield Finding(scope.at(), message, help, at_key=True)


@rule(Code.SAME_NAME, Scope[Config], reads=("services", "workers", "jobs"))
def same_name(scope: Scope[Config]) -> Iterator[Finding]:
    """Every service, worker and job has a name of its own, as each is a stack."""
    config, taken, owners = scope.value, tuple(fields_of(Overrides)), dict[str, str]()
    for section, names in ((SERVICES, config.services), (WORKERS, config.workers), (JOBS, config.jobs)):
        for name in names:
            owner = owners.setdefault(name, section.removesuffix("s"))
            if name in taken:
                message = f"{name!r} is the name of another stack of the application"
                help = f"choose a name other than {listed(taken)}"
                yield Finding((section, name), message, help, at_key=True)
            elif owner != section.removesuffix("s"):
                message = f"a {owner} is also named {name!r}, and each has a stack of that name"
                yield Finding((section, name), message, "choose another name for one of them", at_key=True)
