"""Exports in use that are removed or changed: CloudFormation refuses both.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from blogstack.diff.model import Refusal
from blogstack.diff.references import exports, importers, references
from blogstack.diff.values import same
from blogstack.source.template import Tree
from blogstack.words import listed


def refusals(stack: str, old: Mapping[str, Tree], new: Mapping[str, Tree], moved: Collection[str]) -> Iterator[Refusal]:
    """What CloudFormation refuses of a stack's new exports.

    Args:
        stack: Name of the stack.
        old: The templates before. Who imports is decided by them: a stack is deployed before those that import from it.
        new: The templates after.
        moved: Logical IDs of the resources in the stack that are replaced.
    """
    before, after = exports(old[stack]), exports(new[stack])
    for name, value in before.items():
        users = importers(name, {other: tree for other, tree in old.items() if other != stack})
        removed = name not in after
        changed = not removed and (not same(value, after[name]) or any(t in moved for t, _ in references(value)))
        if users and (removed or changed):
            remaining = importers(name, {other: tree for other, tree in new.items() if other != stack})
            remedy = _remedy(stack, users, remaining, new)
            yield Refusal(export=name, removed=removed, importers=users, remedy=remedy)


def _remedy(stack: str, users: Collection[str], remaining: Collection[str], new: Collection[str]) -> str:
    stacks = dict.fromkeys(user.partition(":")[0] for user in users)
    kept, left = [each for each in stacks if each in new], [each for each in stacks if each not in new]
    if remaining:
        return f"{listed(kept)} would still import it: undo the change, or deploy under another name, with new stacks"
    steps = [f"delete {listed(left)}"] if left else []
    steps += [f"deploy {listed(kept)}, which no longer imports it"] if kept else []
    return f"first {' and '.join(steps)}, then deploy {stack}"
