"""The merge of one value of a file over another: of an environment over the rest, of a worker over the service.

Mappings merge, lists and scalars replace. Null removes a key, so that it has its default; for a key to which null
means something else than the default, null is the value. The exceptions come from the models in config/, as MergeRules.
The merge works on the tree of nodes, so that every value keeps its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blogstack.records import Record
from blogstack.source.document import KeyPath, Node


class SharedKey(Record):
    """A key that all environments share.

    Attributes:
        unless: Path of a key. If the file gives it a value outside of the environments, each environment may
            change the shared key, and none may set this one to null.
        help: What to do with the key in an environment.
    """

    path: KeyPath
    unless: KeyPath | None
    help: str


class Inheritance(Record):
    """A mapping whose entries are merged over a section.

    Attributes:
        mapping: Key of the mapping at the top level.
        section: Key of the section at the top level.
        keys: The keys of an entry that are merged; the others are the entry's own.
    """

    mapping: str
    section: str
    keys: tuple[str, ...]


class MergeRules(Record):
    """How the language merges its keys; the models answer it (config/fields.py).

    Attributes:
        shared: The keys that all environments share.
        inheritances: The mappings whose entries are merged over a section.
    """

    shared: tuple[SharedKey, ...]
    inheritances: tuple[Inheritance, ...]

    def is_atomic(self, path: KeyPath) -> bool:
        """Whether the value at a path replaces the one below it, and is never merged."""
        raise NotImplementedError

    def is_in_template(self, path: KeyPath) -> bool:
        """Whether the value at a path is a part of a template, in which null is a value and functions are atomic."""
        raise NotImplementedError

    def is_null_a_value(self, path: KeyPath) -> bool:
        """Whether null at a path is a value, and does not remove the key: as in `scaling.cpu`."""
        raise NotImplementedError


def merge(base: Node | None, over: Node, rules: MergeRules, at: KeyPath = ()) -> Node:
    """Merge a value over another, at a key path. If both are mappings, the result has the place of `base`.

    Null in `over` removes a key, so that the result has it in `removed` only.
    """
    in_template = rules.is_in_template(at)
    if over.entries is None or (in_template and is_function(over.entries)):
        return over
    if base is None or base.entries is None or (in_template and is_function(base.entries)):
        base = Node(over.span, entries={}, origin=over.origin)
    entries, key_spans = dict(base.entries or {}), dict(base.key_spans)
    removed: dict[str, Node] = {}
    for key, value in over.entries.items():
        path = (*at, key)
        below = None if rules.is_atomic(path) else entries.get(key)
        if below is None or below.entries is None or value.entries is None:
            key_spans[key] = over.key_spans[key]
        if value.has_value or rules.is_null_a_value(path):
            entries[key] = merge(below, value, rules, path)
        else:
            entries.pop(key, None)
            removed[key] = value
    return Node(base.span, entries=entries, key_spans=key_spans, origin=base.origin, removed=removed)


def is_function(mapping: Mapping[str, object]) -> bool:
    """Whether a mapping of a template is one of CloudFormation's functions, which is merged as one value."""
    return len(mapping) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in mapping)


def items_by_name(value: object) -> dict[str, Any] | None:
    """The items of a template's list by their names, such as containers; None for anything without named items."""
    if not isinstance(value, list) or not value:
        return None
    named = {item["Name"]: item for item in value if isinstance(item, dict) and isinstance(item.get("Name"), str)}
    return named if len(named) == len(value) else None
