"""The sidecars of a task: what they wait for, and what they share with the main container."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from blogstack.config.sidecars import Sidecar
from blogstack.config.workloads import SERVICES, WORKERS, EcsService, WebService
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import did_you_mean, dotted, listed

_ECS = "https://docs.aws.amazon.com/AmazonECS/latest/"
_DEPENDENCY = f"{_ECS}APIReference/API_ContainerDependency.html"

_MIN_MEMORY_LEFT = 128
"""MiB that must remain for containers without a limit: a quarter of the smallest task. ECS requires more than 0."""


@rule(
    Code.WAITS_FOR_EVER,
    Scope[EcsService],
    reads=("depends_on", "sidecars.NAME.depends_on", "sidecars.NAME.health", "sidecars.NAME.essential"),
    source=_DEPENDENCY,
)
def condition_never_met(scope: Scope[EcsService]) -> Iterator[Finding]:
    """A container waits for a condition that another one can meet."""
    task = scope.value.task
    sidecars = task.sidecars
    for place, who, section in (
        (scope.at(), _name_of(scope.value), task),
        *((scope.at("sidecars", name), name, sidecar) for name, sidecar in sidecars.items()),
    ):
        for other, condition in section.depends_on.items():
            path = (*place, "depends_on", other)
            if other not in sidecars:
                near = did_you_mean(other, sidecars)
                help = f"did you mean {near!r}?" if near else "name one of the sidecars, or remove it"
                yield Finding(path, f"{who} waits for {other!r}, which is not a sidecar", help)
            elif condition == "HEALTHY" and sidecars[other].health is None:
                message = f"{who} waits until {other} is HEALTHY, but {other} has no health check"
                yield Finding(path, message, f"give {other} a health.command, or wait for its START")
            elif condition in ("COMPLETE", "SUCCESS") and sidecars[other].essential:
                message = (
                    f"{who} waits for the {condition} of {other}, which is essential: when it exits, the task stops"
                )
                yield Finding(path, message, f"set essential: false for {other}, or wait until it is HEALTHY")


@rule(Code.WAITS_FOR_EVER, Scope[EcsService], reads=("sidecars.NAME.depends_on",), source=_DEPENDENCY)
def dependency_cycle(scope: Scope[EcsService]) -> Iterator[Finding]:
    """Sidecars do not wait for each other in a circle."""
    waiting = {name: tuple(sidecar.depends_on) for name, sidecar in sorted(scope.value.task.sidecars.items())}
    try:
        TopologicalSorter(waiting).prepare()
    except CycleError as error:
        other, name, *_ = error.args[1]  # each is waited for by the next
        *first, last = sorted(set(error.args[1]))
        message = f"{', '.join(first)} and {last} wait for each other" if first else f"{last} waits for itself"
        help = "remove one of these dependencies"
        path = scope.at("sidecars", name, "depends_on", other)
        yield Finding(path, f"{message}, so the task never starts", help)


@rule(
    Code.SAME_PORT,
    Scope[EcsService],
    reads=("port", "sidecars.NAME.port"),
    source=f"{_ECS}developerguide/fargate-task-networking.html",
)
def same_port(scope: Scope[EcsService]) -> Iterator[Finding]:
    """The containers of a task share its network address, so each listens on a different port."""
    taken = {scope.value.task.port: "the service"} if isinstance(scope.value, WebService) else {}
    for name, sidecar in scope.value.task.sidecars.items():
        if sidecar.port is not None:
            other = taken.setdefault(sidecar.port, name)
            if other != name:
                message = f"{name} and {other} listen on the same port {sidecar.port}"
                help = "all containers of a task share one network address: choose another port for one of them"
                yield Finding(scope.at("sidecars", name, "port"), message, help)


@rule(
    Code.SIDECAR_MEMORY,
    Scope[EcsService],
    reads=("memory", "sidecars.NAME.memory"),
    source=f"{_ECS}APIReference/API_ContainerDefinition.html",
)
def too_little_memory(scope: Scope[EcsService]) -> Iterator[Finding]:
    """The sidecars' limits leave memory for the service."""
    sidecars, memory = scope.value.task.sidecars, scope.value.task.memory
    limits = {name: sidecar.memory for name, sidecar in sidecars.items() if sidecar.memory}
    taken = sum(limits.values())
    if limits and memory - taken < _MIN_MEMORY_LEFT:
        largest = max(sorted(limits), key=lambda name: limits[name])
        who = f"the sidecars {listed(sorted(limits))}" if len(limits) > 1 else f"the sidecar {largest}"
        message = f"{who} may take {taken} of the task's {memory} MiB, which leaves {_name_of(scope.value)} too little"
        help = f"raise {dotted(scope.at('memory'))} or lower these limits: at least {_MIN_MEMORY_LEFT} MiB must be left"
        yield Finding(scope.at("sidecars", largest, "memory"), message, help)


def _name_of(workload: EcsService) -> str:
    """The name of a workload in messages."""
    return "the service" if isinstance(workload, WebService) and workload.is_main else workload.name


@rule(Code.SIDECAR_NAME, Scope[Sidecar], outside=("name",))
def container_name(scope: Scope[Sidecar]) -> Iterator[Finding]:
    """A sidecar does not have the name of its task's main container."""
    section, *steps = scope.at()
    name, worker = steps[-1], f"-{steps[0]}" if section in (WORKERS, SERVICES) else ""
    if name == f"{scope.config.name}{worker}":
        message = f"{name} is the name of the task's main container"
        yield Finding(scope.at(), message, "give the sidecar another name, such as proxy")
