"""Exports in use that are removed or changed: CloudFormation refuses both.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby

from blogstack.diff.data import describe_data
from blogstack.diff.effects import Effect
from blogstack.diff.model import Refusal
from blogstack.diff.references import exports, importers, imports, references
from blogstack.diff.values import are_equal
from blogstack.source.template import Tree
from blogstack.words import listed

Trees = Mapping[str, Tree]
Moved = Mapping[str, Collection[str]]


class ExportChanges:
    """Which changes of exports CloudFormation refuses, and which stacks have to be deployed before.

    Args:
        old: The templates before. Their imports count, because a stack is deployed before those that import from it.
        new: The templates after.
        moved: Logical IDs of the replaced resources in each stack.
    """

    def __init__(self, old: Trees, new: Trees, moved: Moved) -> None:
        self._old, self._new, self._moved = old, new, moved

    def refusals(self, stack: str) -> Iterator[Refusal]:
        """The exports in use that a stack removes or changes."""
        lost = self._lost(stack)
        steps = self._steps_before(stack) if lost else None
        stuck = any(map(self._still_importing, lost))
        for name, removed in lost.items():
            if stuck:
                remaining = self._still_importing(name)
                still = f"{listed(remaining)} would still import it: " if remaining else ""
                remedy = f"{still}undo the change, or deploy under another name, with new stacks"
            elif steps is None:
                twice = "change the file in two steps: add the new parts and deploy, then remove the old parts from"
                remedy = f"no order of the stacks allows it: {twice} {stack}"
            else:
                remedy = f"first {_in_words(steps, self._old, self._new)}, then deploy {stack}"
            users = tuple(self._importers[name])
            yield Refusal(export=name, removed=removed, importers=users, steps=steps or (), remedy=remedy)

    def _steps_before(self, stack: str, above: Collection[str] = ()) -> tuple[str, ...] | None:
        """The stacks to deploy, or to delete if they left the file, before a stack; None if no order works.

        They are the stacks that import what this stack removes, and the stacks that export what those import instead.
        """
        lost = self._lost(stack)
        if stack in above or any(map(self._still_importing, lost)):
            return None
        steps: dict[str, None] = {}
        users = _stacks(user for name in lost for user in self._importers[name])
        for other in (*self._providers(stack), *filter(users.__contains__, self._old)):
            before = self._steps_before(other, (*above, stack))
            if before is None:
                return None
            steps.update(dict.fromkeys((*before, other)))
        return tuple(steps)

    def _lost(self, stack: str) -> dict[str, bool]:
        """The exports in use that a stack removes (True) or changes (False)."""
        if stack not in self._old:
            return {}
        after = exports(self._new[stack]) if stack in self._new else {}
        moved = self._moved.get(stack, ())
        lost = {
            name: name not in after
            for name, value in exports(self._old[stack]).items()
            if not (name in after and are_equal(value, after[name]))
            or any(target in moved for target, _ in references(value))
        }
        return {name: removed for name, removed in lost.items() if name in self._importers} if lost else {}

    def _still_importing(self, name: str) -> list[str]:
        """The stacks that import an export before and after."""
        after = _stacks(self._importers_after.get(name, ()))
        return [stack for stack in _stacks(self._importers[name]) if stack in after]

    def _providers(self, stack: str) -> list[str]:
        """The stacks with new exports that a stack imports."""
        if stack not in self._new:
            return []
        missing = set(imports(self._new[stack]["Resources"])) - self._exported
        return [name for name, tree in self._new.items() if name != stack and not missing.isdisjoint(exports(tree))]

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        return importers(self._old)

    @cached_property
    def _importers_after(self) -> dict[str, list[str]]:
        return importers(self._new)

    @cached_property
    def _exported(self) -> set[str]:
        return {name for tree in self._old.values() for name in exports(tree)}


def _stacks(users: Iterable[str]) -> list[str]:
    """The stacks of resources such as `blog-api-service: Service`, each once."""
    return list(dict.fromkeys(user.partition(":")[0] for user in users))


def _in_words(steps: Collection[str], old: Trees, new: Trees) -> str:
    phrases = []
    for deployed, stacks in groupby(steps, new.__contains__):
        names = list(stacks)
        if not deployed:
            names = [f"{name} (holds data)" if _holds_data(old[name]) else name for name in names]
        phrases.append(f"{'deploy' if deployed else 'delete'} {listed(names)}")
    return ", then ".join(phrases)


def _holds_data(tree: Tree) -> bool:
    return any(describe_data(body, Effect.DELETED) for body in tree["Resources"].values())
