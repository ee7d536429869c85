"""The user's changes to the templates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from blogstack.config import Config
from blogstack.config.overrides import Changes
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, Stacks, StackTree, rule
from blogstack.source.document import KeyPath
from blogstack.source.merging import is_function, items_by_name
from blogstack.words import did_you_mean, dotted, listed

_OVERRIDES = "overrides"
_TARGET = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html"


@rule(Code.WRONG_TYPE, Scope[Config], reads=(f"{_OVERRIDES}.*",))
def null_in_list(scope: Scope[Config]) -> Iterator[Finding]:
    """Null removes a key of the template; a list replaces the template's, so null in it removes nothing."""
    for stack, changes in scope.value.overrides.by_stack().items():
        for name, change in changes.items():
            for attribute in ("Properties", "Metadata"):
                path = (_OVERRIDES, *stack.split("."), name, attribute)
                for null in _nulls(getattr(change, attribute), path, in_list=False):
                    help = "null removes a key of a mapping; a list replaces the template's list, so leave the item out"
                    yield Finding(null, f"{dotted(null)} has no value", help)


def _nulls(value: object, at: KeyPath, in_list: bool) -> Iterator[KeyPath]:
    if value is None and in_list:
        yield at
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _nulls(item, (*at, key), in_list)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _nulls(item, (*at, number), in_list=True)


@rule(Code.UNKNOWN_RESOURCE, Scope[Stacks], reads=(f"{_OVERRIDES}.*",))
def unknown_resource(scope: Scope[Stacks]) -> Iterator[Finding]:
    """An override names a stack that exists and a resource in it."""
    resources = {stack.kind: stack.tree["Resources"] for stack in scope.value}
    for stack, changes in scope.config.overrides.by_stack().items():
        path = (_OVERRIDES, *stack.split("."))
        if stack not in resources:
            message = f"there is no {stack} stack to override"
            help = f"remove it; the stacks are {', '.join(resources)}"
            yield Finding(path, message, help, at_key=True)
            continue
        for name in changes:
            if name not in resources[stack]:
                message = f"the {stack} stack has no resource {name!r}"
                yield Finding((*path, name), message, _remedy(name, stack, resources), at_key=True)


@rule(Code.UNKNOWN_RESOURCE, Scope[Stacks], reads=(f"{_OVERRIDES}.*",))
def unknown_item(scope: Scope[Stacks]) -> Iterator[Finding]:
    """A mapping over a list, such as the list of containers, names items of the list."""
    for stack, changes in _changes(scope):
        for name, change in changes.items():
            over = {"Properties": change.Properties, "Metadata": change.Metadata}
            below = stack.tree["Resources"].get(name)
            for path, known in _unknown_items(over, below, (_OVERRIDES, *stack.kind.split("."), name)):
                near = did_you_mean(str(path[-1]), known)
                help = f"did you mean {near!r}?" if near else f"it has {listed(known)}"
                yield Finding(path, f"{dotted(path[:-1])} has no item named {path[-1]!r}", help, at_key=True)


def _unknown_items(over: object, merged: Any, at: KeyPath) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:  # noqa: ANN401
    """The paths of items that a list of a resource does not have, each with the names of the list's items."""
    if not isinstance(over, dict) or is_function(over):
        return
    known = items_by_name(merged)
    below = merged if known is None else known
    if not isinstance(below, dict):
        return
    for key, value in over.items():
        if known is not None and value is not None and key not in known:
            yield (*at, key), tuple(known)
        else:
            yield from _unknown_items(value, below.get(key), (*at, key))


@rule(Code.UNKNOWN_RESOURCE, Scope[Stacks], reads=(f"{_OVERRIDES}.*",), source=_TARGET)
def unknown_target(scope: Scope[Stacks]) -> Iterator[Finding]:
    """The load balancer sends requests to a port of a container of the task."""
    for stack, changes in _changes(scope):
        resources = stack.tree["Resources"]
        if {"Service", "TaskDefinition"} & changes.keys() and {"Service", "TaskDefinition"} <= resources.keys():
            yield from _unknown_targets(resources, (_OVERRIDES, *stack.kind.split(".")))


def _unknown_targets(resources: Mapping[str, Any], at: KeyPath) -> Iterator[Finding]:
    containers = items_by_name(resources["TaskDefinition"]["Properties"].get("ContainerDefinitions"))
    targets = resources["Service"]["Properties"].get("LoadBalancers")
    if containers is None or not isinstance(targets, list):
        return
    for number, target in enumerate(targets):
        path = (*at, "Service", "Properties", "LoadBalancers", number)
        name = target.get("ContainerName") if isinstance(target, dict) else None
        if not isinstance(name, str):  # a function, or what cfn-lint reports
            continue
        if name not in containers:
            message = f"the load balancer sends requests to the container {name!r}, which the task does not have"
            yield Finding((*path, "ContainerName"), message, f"it has {listed(list(containers))}")
            continue
        mappings = containers[name].get("PortMappings", [])
        ports = [str(mapping.get("ContainerPort")) for mapping in mappings if isinstance(mapping, dict)]
        if (port := str(target.get("ContainerPort"))) not in ports:
            message = f"the load balancer sends requests to port {port} of {name}, which does not listen on it"
            help = f"it listens on {listed(ports)}" if ports else f"give {name} a port, or PortMappings in its override"
            yield Finding((*path, "ContainerPort"), message, help)


def _changes(scope: Scope[Stacks]) -> Iterator[tuple[StackTree, Changes]]:
    """The stacks that are overridden, each with its changes."""
    changes = scope.config.overrides.by_stack()
    for stack in scope.value:
        if stack.kind in changes:
            yield stack, changes[stack.kind]


def _remedy(name: str, stack: str, resources: Mapping[str, Collection[str]]) -> str:
    """What to do about a name that is not a resource of a stack; `resources`: the names by kind of stack."""
    if home := next((kind for kind in resources if name in resources[kind]), None):
        return f"the {home} stack has it: write it under {_OVERRIDES}.{home}"
    near = did_you_mean(name, resources[stack])
    return f"did you mean {near!r}?" if near else f"it has {', '.join(resources[stack])}"
