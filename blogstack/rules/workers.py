"""Workers: how many there are, what they run, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.fields import fields_of
from blogstack.config.overrides import Overrides
from blogstack.config.workloads import JOBS, SERVICES, WORKERS, EcsJob, WorkerService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import listed


@rule(
    Code.SINGLETON,
    Scope[WorkerService],
    reads=("singleton", "scaling.min", "scaling.max", "scaling.schedules[].max"),
    source="https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html",
)
def singleton_with_tasks(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A singleton has one task at most."""
    scaling = scope.value.scaling
    limits = {("scaling", "min"): scaling.min, ("scaling", "max"): scaling.max} | {
        ("scaling", "schedules", number, "max"): schedule.max for number, schedule in enumerate(scaling.schedules)
    }
    if not scope.value.task.singleton:
        return
    for path, tasks in limits.items():
        if tasks > 1:
            message = f"a singleton has one task, and {path[-1]} is {tasks}"
            help = f"set {path[-1]} to 1, or remove singleton"
            yield Finding(scope.at(*path), message, help, also=(scope.at("singleton"),))
            return


@rule(
    Code.NOTHING_STARTS,
    Scope[WorkerService],
    reads=("scaling.min", "scaling.schedules[].min"),
    source="https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html",
)
def nothing_starts(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A worker that may have no task gets one again: without tasks there is no CPU or memory to measure."""
    scaling = scope.value.scaling
    if scaling.min == 0 and not any(schedule.min for schedule in scaling.schedules):
        message = "with no task there is nothing to measure, so scaling never starts the first one"
        help = "set scaling.min to 1, or add a schedule whose min is above 0"
        yield Finding(scope.at("scaling", "min"), message, help)


@rule(Code.SAME_COMMAND, Scope[WorkerService], reads=("command", "image"))
def command_of_worker(scope: Scope[WorkerService]) -> Iterator[Finding]:
    """A worker says what it runs: the image's own command is that of the service."""
    yield from find_missing_command(scope)


def find_missing_command(scope: Scope[WorkerService] | Scope[EcsJob]) -> Iterator[Finding]:
    """The finding on a worker or job that runs what the service runs."""
    if scope.value.task.command is None and scope.value.task.image is None:
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
