"""Entries of `services`, `workers` and `jobs`: the keys that they have in common with the service are merged over it.

Every value keeps its place: one that an entry inherits is on the service's line.
"""

from __future__ import annotations

from blogstack.source.document import Document, KeyPath, Node
from blogstack.source.merging import Inheritance, MergeRules, merge


def inherit(document: Document, rules: MergeRules) -> Document:
    """A document in which every entry has the values that it inherits; `document` itself when there are no entries."""
    root = document.root
    for inheritance in rules.inheritances:
        section = (root.entries or {}).get(inheritance.section)
        mapping = (root.entries or {}).get(inheritance.mapping)
        if section is None or section.entries is None or mapping is None or not mapping.entries:
            continue
        entries = {
            name: _inherit(section, entry, inheritance, rules, (inheritance.mapping, name))
            for name, entry in mapping.entries.items()
        }
        root = _with_entries(root, {inheritance.mapping: _with_entries(mapping, entries)})
    return document if root is document.root else Document(document.path, root)


def _inherit(section: Node, entry: Node, inheritance: Inheritance, rules: MergeRules, at: KeyPath) -> Node:
    """An entry with the values that it inherits; its own keys come first, as messages point at the first key."""
    inherited, own = section.entries or {}, entry.entries
    if own is None:
        return entry
    entries, key_spans, removed = dict(own), dict(entry.key_spans), dict(entry.removed)
    for key in inheritance.keys:
        if key in own and own[key].has_value:
            entries[key] = merge(inherited.get(key), own[key], rules, (*at, key))
        elif key in own:
            removed[key] = entries.pop(key)
        elif key in inherited and key not in removed:
            entries[key], key_spans[key] = inherited[key], section.key_spans[key]
    return Node(entry.span, entries=entries, key_spans=key_spans, origin=entry.origin, removed=removed)


def _with_entries(node: Node, changed: dict[str, Node]) -> Node:
    """A mapping with other values for some of its keys."""
    entries = {**(node.entries or {}), **changed}
    return Node(node.span, entries=entries, key_spans=node.key_spans, origin=node.origin, removed=node.removed)
