"""The user's changes to the templates."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from blogstack.config import Config
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, Stacks, rule
from blogstack.source.document import KeyPath
from blogstack.words import did_you_mean, dotted

_OVERRIDES = "overrides"


@rule(Code.WRONG_TYPE, Scope[Config], reads=(f"{_OVERRIDES}.*",))
def null_in_list(scope: Scope[Config]) -> Iterator[Finding]:
    """A null removes a key of the template; in a list, which replaces the template's, there is nothing to remove."""
    for stack, changes in scope.value.overrides.by_stack().items():
        for name, change in changes.items():
            for attribute in ("Properties", "Metadata"):
                path = (_OVERRIDES, *stack.split("."), name, attribute)
                for null in _nulls(getattr(change, attribute), path, in_list=False):
                    help = "null removes a key; in a list, which replaces the whole list below it, leave it out"
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
    """An override names a resource of a stack that is made."""
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


def _remedy(name: str, stack: str, resources: Mapping[str, Collection[str]]) -> str:
    """What to do about a name that is no resource of a stack; `resources` are the names by kind of stack."""
    if home := next((kind for kind in resources if name in resources[kind]), None):
        return f"the {home} stack has it: write it under {_OVERRIDES}.{home}"
    near = did_you_mean(name, resources[stack])
    return f"did you mean {near!r}?" if near else f"it has {', '.join(resources[stack])}"
