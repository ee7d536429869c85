"""The containers beside the service's own: what they wait for, and what they share with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from blogstack.config import Config
from blogstack.diagnostics import did_you_mean
from blogstack.facts.images import ecr_repository, without_tag
from blogstack.rules.finding import Finding
from blogstack.source.document import KeyPath

SIDECARS: KeyPath = ("service", "sidecars")

_LEAST_LEFT = 128
"""MiB that must remain for what has no limit of its own: a quarter of the smallest task. ECS asks for more than 0."""


def waits_for_ever(config: Config) -> Iterator[Finding]:
    """A container waits only for what can come: Amazon ECS API reference, ContainerDependency."""
    service, sidecars = config.service, config.service.sidecars
    waiting = {"": service.depends_on, **{name: sidecar.depends_on for name, sidecar in sidecars.items()}}
    for name, conditions in waiting.items():
        place, who = ((*SIDECARS, name), name) if name else (("service",), "the service")
        for other, condition in conditions.items():
            path = (*place, "depends_on", other)
            if other not in sidecars:
                near = did_you_mean(other, sidecars)
                help = f"did you mean {near!r}?" if near else "name one of service.sidecars, or remove it"
                yield Finding(path, f"{who} waits for {other!r}, which is no sidecar", help)
            elif condition == "HEALTHY" and sidecars[other].health is None:
                message = f"{who} waits until {other} is HEALTHY, and {other} has no health check"
                yield Finding(path, message, f"give {other} a health.command, or wait for its START")
            elif condition in ("COMPLETE", "SUCCESS") and sidecars[other].essential:
                message = f"{who} waits for the {condition} of {other}, which is essential: its end stops the task"
                yield Finding(path, message, f"set essential: false for {other}, or wait until it is HEALTHY")
    yield from _circle({name: conditions for name, conditions in sorted(waiting.items()) if name})


def _circle(waiting: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    try:
        TopologicalSorter(waiting).prepare()
    except CycleError as error:
        other, name, *_ = error.args[1]  # each is waited for by the next
        *first, last = sorted(set(error.args[1]))
        message = f"{', '.join(first)} and {last} wait for each other" if first else f"{last} waits for itself"
        help = "remove one of these dependencies"
        yield Finding((*SIDECARS, name, "depends_on", other), f"{message}, so that the task never starts", help)


def same_port(config: Config) -> Iterator[Finding]:
    """The containers of a task share its network: Amazon ECS developer guide, "awsvpc" network mode."""
    taken = {config.service.port: "the service"}
    for name, sidecar in config.service.sidecars.items():
        if sidecar.port is not None:
            other = taken.setdefault(sidecar.port, name)
            if other != name:
                message = f"{name} and {other} listen on the same port {sidecar.port}"
                help = "all containers of a task share one network address: choose another port for one of them"
                yield Finding((*SIDECARS, name, "port"), message, help)


def too_little_left(config: Config) -> Iterator[Finding]:
    """The sidecars' limits leave memory for the service."""
    limits = {name: sidecar.memory for name, sidecar in config.service.sidecars.items() if sidecar.memory}
    memory, taken = config.service.memory, sum(limits.values())
    if limits and memory - taken < _LEAST_LEFT:
        largest = max(sorted(limits), key=lambda name: limits[name])
        who = f"the sidecars {', '.join(sorted(limits))}" if len(limits) > 1 else f"the sidecar {largest}"
        message = f"{who} may take {taken} of the task's {memory} MiB"
        help = f"raise service.memory or lower these limits: at least {_LEAST_LEFT} MiB must be left"
        yield Finding((*SIDECARS, largest, "memory"), f"{message}, which leaves the service too little", help)


def service_name(config: Config) -> Iterator[Finding]:
    """A sidecar is not called like the service's container, which has the name of the ECS service."""
    own = {f"{config.name}-{environment}" for environment in config.environments} or {config.name}
    for name in config.service.sidecars:
        if name in own:
            message = f"the service's own container is called {name}"
            yield Finding((*SIDECARS, name), message, "give the sidecar another name, such as proxy")


def out_of_reach(config: Config) -> Iterator[Finding]:
    """The tasks can reach the registries of their sidecars' images."""
    existing, created = config.network.existing, config.network.created
    if "endpoints" not in (existing and existing.egress, created and created.egress):
        return
    for name, sidecar in config.service.sidecars.items():
        ecr = ecr_repository(without_tag(sidecar.image))
        if ecr is None or ecr[1] != config.region:
            place = f"in {ecr[1]}" if ecr else "outside ECR"
            message = f"the image of {name} is {place}, and egress endpoints reaches only ECR in {config.region}"
            help = "copy the image into ECR there, or choose another egress: nat or public_ip"
            yield Finding((*SIDECARS, name, "image"), f"{message}: the tasks could never pull it", help)
