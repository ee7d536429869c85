"""Document -> Environments: one document for each environment of a file, in which every value still knows its place.

An environment is merged over the rest of the file (merging.py), and then each worker and job over the service
(inheritance.py). What comes out is a document like any other (docs/decisions/0009-environments.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from blogstack.records import Record, replace
from blogstack.source.document import Document, KeyPath, Node
from blogstack.source.inheritance import inherit
from blogstack.source.merging import MergeRules, merge
from blogstack.words import dotted

ENVIRONMENTS = "environments"

MAX_ENVIRONMENTS = 20
"""Maximum number of environments in a file: each one is compiled."""


class Environment(Record):
    """One environment of a file.

    Attributes:
        name: "" in a file without environments.
        document: The file with the environment merged over it.
        varying_tags: Keys of the tags that some environment changes, so that they are not on shared resources.
    """

    name: str
    document: Document
    varying_tags: frozenset[str] = frozenset()


class RefusedKey(Record):
    """A key that an environment may not have, with the reason and the remedy."""

    path: KeyPath
    message: str
    help: str


def split(document: Document, rules: MergeRules) -> tuple[tuple[Environment, ...], tuple[RefusedKey, ...]]:
    """Make a document for each environment of a file.

    Returns:
        The environments in the order of the file; one without a name when the file has none, or too many. And the keys
        that environments may not have, by their paths in the file: they are left out of the environments' documents.
    """
    root, bodies = document.root, _bodies(document.root)
    refused = {name: list(_refused_keys(body, root, rules)) for name, body in bodies.items()}
    in_file = tuple(
        replace(key, path=(ENVIRONMENTS, name, *key.path)) for name, keys in refused.items() for key in keys
    )
    if not 1 <= len(bodies) <= MAX_ENVIRONMENTS:
        return (Environment("", inherit(document, rules)),), in_file
    # "" is no key: the place of the file is that of its first key, also where an environment replaces that key.
    key_spans = {"": next(iter(root.key_spans.values())), **root.key_spans}
    base = Node(root.span, entries={**(root.entries or {}), ENVIRONMENTS: _without_bodies(root)}, key_spans=key_spans)
    varying_tags = frozenset(key for body in bodies.values() for key in _changed_tags(root, body))
    environments = []
    for name, body in bodies.items():
        removed = {key.path for key in refused[name]}
        if _at(base, ("region",)) is None:  # a region that is refused is better than none
            removed.discard(("region",))
        mapping = Node(body.span, entries=body.entries or {}, key_spans=body.key_spans)
        allowed = _copy(mapping, name, removed)
        merged = inherit(Document(document.path, merge(base, allowed, rules)), rules)
        environments.append(Environment(name, merged, varying_tags))
    return tuple(environments), in_file


def _refused_keys(body: Node, root: Node, rules: MergeRules) -> Iterator[RefusedKey]:
    """The keys of an environment that it may not have."""
    always = [key for key in rules.shared if key.unless is None]
    for section in dict.fromkeys(key.path[0] for key in always if len(key.path) > 1):
        value = _at(body, (section,))
        if value is not None and not value.has_value:
            message = f"{section} cannot be null in an environment"
            yield RefusedKey((section,), message, "write the keys that this environment changes")
    for key in always:
        if _at(body, key.path) is not None:
            message = f"{dotted(key.path)} cannot be set in an environment: all environments share it"
            yield RefusedKey(key.path, message, key.help)
    for unless in dict.fromkeys(key.unless for key in rules.shared if key.unless is not None):
        yield from _refused_without(unless, body, root, rules)


def _refused_without(unless: KeyPath, body: Node, root: Node, rules: MergeRules) -> Iterator[RefusedKey]:
    """The keys of an environment that it may have only where the file gives another one a value."""
    if not _has_value(_at(root, unless)):
        for key in rules.shared:
            if key.unless == unless and _at(body, key.path) is not None:
                message = (
                    f"{dotted(key.path)} cannot be set in an environment: all environments share the registry stack"
                )
                help = f"{key.help}; environments may differ in it only if {dotted(unless)} is set there too"
                yield RefusedKey(key.path, message, help)
        return
    value = _at(body, unless)
    if value is not None and not value.has_value:
        why = "all environments share a registry stack, or none has one"
        message = f"{dotted(unless)} cannot be null in an environment: {why}"
        yield RefusedKey(unless, message, "give it a value, or remove the key")


def _bodies(root: Node) -> dict[str, Node]:
    """The value of each environment, by its name."""
    section = _at(root, (ENVIRONMENTS,))
    return (section.entries or {}) if section else {}


def _changed_tags(root: Node, body: Node) -> Iterator[str]:
    """Keys of the tags that an environment sets or removes."""
    value = _at(body, ("tags",))
    if value is not None:
        changed = value if value.entries is not None else _at(root, ("tags",))
        yield from (changed and changed.entries) or ()


def _without_bodies(root: Node) -> Node:
    """The environments without their content, which is merged: their names and their types are still validated."""
    section = _at(root, (ENVIRONMENTS,))
    assert section
    bodies = {
        name: body if body.entries is None else Node(body.span, entries={}) for name, body in _bodies(root).items()
    }
    return Node(section.span, entries=bodies, key_spans=section.key_spans)


def _copy(node: Node, origin: str, without: Collection[KeyPath] = (), at: KeyPath = ()) -> Node:
    """A copy of an environment's value with its `origin`; `without`: the paths of the keys to leave out."""
    entries, items = node.entries, node.items
    if entries is not None:
        entries = {
            key: _copy(inner, origin, without, (*at, key))
            for key, inner in entries.items()
            if (*at, key) not in without
        }
    if items is not None:
        items = [_copy(item, origin) for item in items]
    return Node(node.span, node.scalar, items, entries, node.key_spans, origin)


def _has_value(node: Node | None) -> bool:
    return node is not None and node.has_value


def _at(node: Node | None, path: KeyPath) -> Node | None:
    for step in path:
        node = node.entries.get(str(step)) if node is not None and node.entries is not None else None
    return node
