"""Which parts of the templates each key of a file decides, found by compiling the file without it.

No stage records which key a property comes from, and none has to: a compilation takes milliseconds, so the keys are
removed one after the other, and what changes in the templates is what the key decides
(docs/decisions/0030-diff.md). A required key gets another value instead.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.diff.values import MISSING, Path, differences
from blogstack.facts.regions import PLACES
from blogstack.pipeline import lower_environment
from blogstack.records import Record, replace
from blogstack.rules.rule import StackTree
from blogstack.source.document import KeyPath, Node, Scalar
from blogstack.source.edits import with_scalar, without
from blogstack.source.environments import ENVIRONMENTS, Environment


class Influence(Record):
    """What a key of the file decides.

    Attributes:
        key: Its path in the environment's document.
        decides: The value without the key, by kind of stack and path in its template; MISSING for none.
    """

    key: KeyPath
    decides: Mapping[tuple[str, Path], Any]


def influences(environment: Environment) -> list[Influence]:
    """What each key of an environment decides, in the order of the file; nothing when the environment has errors."""
    stacks = lower_environment(environment)
    if stacks is None:
        return []
    base = {stack.kind: stack.tree for stack in stacks}
    found = []
    for key, node in _keys(environment.document.root, ()):
        other = _without(environment, key, node)
        if other is not None:
            found.append(Influence(key, dict(_decides(base, {stack.kind: stack.tree for stack in other}))))
    return found


def _decides(
    base: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[tuple[str, Path], Any]]:
    for kind, tree in base.items():
        if kind not in other:
            yield (kind, ()), MISSING
        else:
            yield from (((kind, found.path), found.new) for found in differences(tree, other[kind]))


def _keys(node: Node, at: KeyPath) -> Iterator[tuple[KeyPath, Node]]:
    """Every key below a mapping; a list is one value."""
    for key, child in (node.entries or {}).items():
        if (*at, key) != (ENVIRONMENTS,):
            yield (*at, key), child
            yield from _keys(child, (*at, key))


def _without(environment: Environment, key: KeyPath, node: Node) -> tuple[StackTree, ...] | None:
    """The stacks without a key or, if it is required, with another value; None if there is no valid one."""
    document = environment.document
    others = (with_scalar(document, key, value) for value in _other_values(node.scalar))
    for other in itertools.chain((without(document, key),), others):
        stacks = lower_environment(replace(environment, document=other))
        if stacks is not None:
            return stacks
    return None


def _other_values(value: Scalar) -> Iterator[Scalar]:
    """Scalars similar to a value; the compiler finds out which are valid."""
    others: list[Scalar] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value * 2, value // 2, value + 1, value - 1]
    elif value in PLACES:
        others = [next(region for region in PLACES if region != value)]
    elif isinstance(value, str):
        others = [*(re.sub(r"[A-Za-z0-9](?=[^A-Za-z0-9]*$)", end, value) for end in "a1"), f"x{value}"]
    return (other for other in others if other != value)
