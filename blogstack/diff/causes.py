"""The line of the user's file that causes each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from blogstack.diff.experiments import Influence, influences
from blogstack.diff.model import Cause, Comparison, PropertyChange, ResourceChange, StackChange, StackState
from blogstack.diff.values import MISSING, Path, are_equal
from blogstack.pipeline import lower_environment, read_environments
from blogstack.records import replace
from blogstack.source.document import KeyPath
from blogstack.source.environments import Environment
from blogstack.words import dotted


class SourceFile:
    """A file without errors, and what its keys decide in each environment.

    Args:
        name: Name of the file, for messages.
        content: Its bytes.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._parts = [_Part(name, environment) for environment in read_environments(name, content)]

    def part(self, stack: str) -> _Part | None:
        """The environment that creates a stack: the first one if several share it; None if there is none."""
        return next((part for part in self._parts if stack in part.stacks), None)


class _Part:
    """One environment of a file."""

    def __init__(self, file: str, environment: Environment) -> None:
        self._file = file
        self._document = environment.document
        self._environment = environment

    @cached_property
    def stacks(self) -> Mapping[str, tuple[str, Mapping[str, KeyPath]]]:
        """For each stack, by name: its kind, and the key that each resource comes from."""
        return {stack.name: (stack.kind, stack.origins) for stack in lower_environment(self._environment) or ()}

    @cached_property
    def influences(self) -> list[Influence]:
        return influences(self._environment)

    def value(self, key: KeyPath) -> object:
        """The value of a key in the file; MISSING for none."""
        value: object = self._document.plain()
        for step in key:
            if not isinstance(value, dict) or step not in value:
                return MISSING
            value = value[str(step)]
        return value

    def cause(self, key: KeyPath) -> Cause:
        """The line of a key."""
        return Cause(self._file, self._document.locate(key).line, dotted(key))

    def origin(self, stack: str, logical_id: str) -> Cause | None:
        """The line that a resource comes from."""
        key = self.stacks[stack][1].get(logical_id)
        return None if key is None else self.cause(key)


def add_causes(comparison: Comparison, new: SourceFile, old: SourceFile | None = None) -> Comparison:
    """A comparison with the line that causes each change.

    Args:
        comparison: Comparison of older templates with those that `new` compiles to.
        new: The file.
        old: The file that the older templates were compiled from, if it is known.
    """
    return replace(comparison, stacks=tuple(_with_causes(stack, new, old) for stack in comparison.stacks))


def _with_causes(change: StackChange, new: SourceFile, old: SourceFile | None) -> StackChange:
    after = new.part(change.stack)
    before = old.part(change.stack) if old else None
    if change.state is StackState.LEFT:
        resources = tuple(_gone(each, change.stack, before) for each in change.resources)
        return replace(change, resources=resources)
    assert after is not None, change.stack
    finder = _Finder(change, after, before)
    resources = tuple(_of_resource(each, finder) for each in change.resources)
    others = tuple(replace(each, cause=finder.find(each.path, each.old)) for each in change.others)
    return replace(change, resources=resources, others=others)


def _gone(change: ResourceChange, stack: str, before: _Part | None) -> ResourceChange:
    return replace(change, cause=before.origin(stack, change.logical_id)) if before else change


def _of_resource(change: ResourceChange, finder: _Finder) -> ResourceChange:
    at = ("Resources", change.logical_id)
    if not change.changes:
        return replace(change, cause=finder.find(at, MISSING))
    changes = tuple(each if each.follows else _of_property(each, at, finder) for each in change.changes)
    return replace(change, changes=changes)


def _of_property(change: PropertyChange, resource: Path, finder: _Finder) -> PropertyChange:
    """Adds the cause of a property's change; attributes such as DependsOn are outside of the resource's properties."""
    found = next((cause for path in _paths(change, resource) if (cause := finder.decider(path, change.old))), None)
    return replace(change, cause=found or finder.origin(resource[1]))


def _paths(change: PropertyChange, resource: Path) -> tuple[Path, Path]:
    return (*resource, "Properties", *change.path), (*resource, *change.path)


class _Finder:
    """Finds the key behind a part of one stack's template."""

    def __init__(self, change: StackChange, after: _Part, before: _Part | None) -> None:
        self._change = change
        self._stack = change.stack
        self._kind = after.stacks[change.stack][0]
        self._after = after
        self._before = before

    @cached_property
    def _explained(self) -> Counter[KeyPath]:
        """How many of the stack's differences would not exist without a key, for each key that explains any."""
        places = [(each.path, each.old) for each in self._change.others]
        for resource in self._change.resources:
            at = ("Resources", resource.logical_id)
            places += [(path, each.old) for each in resource.changes if not each.follows for path in _paths(each, at)]
        return Counter(
            each.key
            for path, old in places
            for each in self._after.influences
            if any(are_equal(value, old) for value in self._values(each, path))
        )

    def find(self, path: Path, old: object) -> Cause | None:
        """The line that causes a part of the template; for a resource, at least the line that it comes from."""
        return self.decider(path, old) or (self.origin(path[1]) if path[0] == "Resources" else None)

    def decider(self, path: Path, old: object) -> Cause | None:
        """The line of the key that decides a part of the template.

        If several keys do, it is the innermost one that has changed, if the older file is known; then the one without
        which the value would be the old one; then the one that explains most other differences and decides least else.
        """
        found = [(each, value) for each in self._after.influences for value in self._values(each, path)]
        if self._before is not None:
            changed = [(each, value) for each, value in found if not self._is_old(each.key)]
            if not changed and (cause := self._removed(path)):
                return cause
            found = changed or found
        found = [(each, value) for each, value in found if not _encloses(each.key, [other.key for other, _ in found])]
        if not found:
            return None
        explaining = [each for each, value in found if are_equal(value, old)]
        if len(explaining) > 1:
            best = min(explaining, key=lambda each: (-self._explained[each.key], len(each.decides)))
        else:
            best = min(explaining or [each for each, _ in found], key=lambda each: len(each.decides))
        return self._after.cause(best.key)

    def origin(self, logical_id: str) -> Cause | None:
        """The line that a resource comes from; the line in the older file if the newer one does not create it."""
        return self._after.origin(self._stack, logical_id) or (
            self._before.origin(self._stack, logical_id) if self._before else None
        )

    def _removed(self, path: Path) -> Cause | None:
        """The line in the older file of a removed or changed key that decided a part of the template."""
        assert self._before is not None
        found = [
            each
            for each in self._before.influences
            if not self._is_old(each.key) and any(True for _ in self._values(each, path))
        ]
        best = min(found, key=lambda each: (len(each.decides), -len(each.key)), default=None)
        return self._before.cause(best.key) if best else None

    def _is_old(self, key: KeyPath) -> bool:
        assert self._before is not None
        return are_equal(self._before.value(key), self._after.value(key))

    def _values(self, influence: Influence, path: Path) -> Iterator[object]:
        """The values that a part of the template would have without a key, if the key decides it.

        A key that only adds or removes the complete resource does not decide its properties.
        """
        for (kind, decided), value in influence.decides.items():
            inside = path[: len(decided)] == decided and (len(decided) > 2 or len(path) <= 2)
            if kind == self._kind and (inside or (decided[: len(path)] == path and len(path) > 2)):
                yield value


def _encloses(key: KeyPath, others: Sequence[KeyPath]) -> bool:
    """Whether one of the other keys is inside a key."""
    return any(other[: len(key)] == key and other != key for other in others)
