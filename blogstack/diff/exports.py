"""Exports in use that are removed or changed: CloudFormation refuses both.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from blogstack.diff.data import describe_data
from blogstack.diff.effects import Effect
from blogstack.diff.model import Refusal
from blogstack.diff.references import exports, importers, imports, references
from blogstack.diff.values import same
from blogstack.source.template import Tree
from blogstack.words import listed

Trees = Mapping[str, Tree]
Moved = Mapping[str, Collection[str]]


def refusals(stack: str, old: Trees, new: Trees, moved: Moved) -> Iterator[Refusal]:
    """What CloudFormation refuses of a stack's new exports.

    Args:
        stack: Name of the stack.
        old: The templates before. Who imports is decided by them: a stack is deployed before those that import from it.
        new: The templates after.
        moved: Logical IDs of the resources in each stack that are replaced.
    """
    lost = _lost(stack, old, new, moved)
    steps = steps_before(stack, old, new, moved) if lost else None
    for name, removed in lost.items():
        users = importers(name, _others(stack, old))
        remaining = [each.partition(":")[0] for each in importers(name, _others(stack, new))]
        if remaining:
            still = f"{listed(list(dict.fromkeys(remaining)))} would still import it"
            remedy = f"{still}: undo the change, or deploy under another name, with new stacks"
        elif steps is None:
            twice = "change the file twice: add what is new, deploy, and then remove what"
            remedy = f"no order of the stacks allows it: {twice} {stack} should no longer have"
        else:
            remedy = f"first {_in_words(steps, old, new)}, then deploy {stack}"
        yield Refusal(export=name, removed=removed, importers=users, steps=steps or (), remedy=remedy)


def steps_before(
    stack: str, old: Trees, new: Trees, moved: Moved, above: Collection[str] = ()
) -> tuple[str, ...] | None:
    """The stacks to deploy, or to delete if they are no longer made, before a stack; None where no order works.

    They are those that import what the stack takes away, and those that export what these import anew.
    """
    if stack in above:
        return None
    steps: dict[str, None] = {}
    users = _users(stack, old, new, moved)
    lost = _lost(stack, old, new, moved)
    if any(user in new and not lost.keys().isdisjoint(imports(new[user]["Resources"])) for user in users):
        return None
    for other in (*_providers(stack, old, new), *users):
        before = steps_before(other, old, new, moved, (*above, stack))
        if before is None:
            return None
        steps.update(dict.fromkeys((*before, other)))
    return tuple(steps)


def _lost(stack: str, old: Trees, new: Trees, moved: Moved) -> dict[str, bool]:
    """The exports in use that a stack takes away (True) or changes (False)."""
    if stack not in old:
        return {}
    after = exports(new[stack]) if stack in new else {}
    moving = moved.get(stack, ())
    lost = {
        name: name not in after
        for name, value in exports(old[stack]).items()
        if not (name in after and same(value, after[name])) or any(target in moving for target, _ in references(value))
    }
    used = {name for tree in _others(stack, old).values() for name in imports(tree["Resources"])} if lost else set()
    return {name: removed for name, removed in lost.items() if name in used}


def _users(stack: str, old: Trees, new: Trees, moved: Moved) -> list[str]:
    """The stacks that import what a stack takes away or changes."""
    lost = _lost(stack, old, new, moved)
    return [
        name for name, tree in _others(stack, old).items() if not lost.keys().isdisjoint(imports(tree["Resources"]))
    ]


def _providers(stack: str, old: Trees, new: Trees) -> list[str]:
    """The stacks that export what a stack imports and no stack exports yet."""
    if stack not in new:
        return []
    there = {name for tree in old.values() for name in exports(tree)}
    missing = set(imports(new[stack]["Resources"])) - there
    return [name for name, tree in _others(stack, new).items() if not missing.isdisjoint(exports(tree))]


def _others(stack: str, trees: Trees) -> Trees:
    return {name: tree for name, tree in trees.items() if name != stack}


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
