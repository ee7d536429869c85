"""Document -> Environments: one document for each environment of a file, in which every value still knows its place.

An environment is a deep merge over the rest of the file: mappings merge, lists and scalars replace, null takes a key
away, so that it is at its default; the source of a secret is replaced as a whole. It happens on the tree of nodes, so
what comes out is a document like any other (docs/decisions/0009-environments.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from blogstack.source.document import Document, KeyPath, Node

ENVIRONMENTS = "environments"

MOST_ENVIRONMENTS = 20
"""The most that one file has: each is compiled."""

BASE_ONLY: tuple[KeyPath, ...] = (
    ("name",),
    (ENVIRONMENTS,),
    ("image", "repository"),
    ("image", "keep"),
    ("image", "mutable_tags"),
    ("overrides", "registry"),
)
"""What no environment may change: the file itself, and the registry stack, which all share."""

_REMEDIES: Mapping[KeyPath, str] = {
    ("name",): "remove it: every stack carries the environment's name by itself, as in blog-api-prod-service",
    (ENVIRONMENTS,): "remove it: an environment has none of its own",
}

WITH_URI: tuple[KeyPath, ...] = (
    ("region",),
    ("kms_key",),
    ("image", "uri"),
    ("image", "credentials"),
    ("image", "architecture"),
)
"""What an environment may change only where there is no registry stack."""


class Environment(NamedTuple):
    """One environment of a file.

    Attributes:
        name: "" in a file without environments.
        document: What holds in it: the file with the environment merged over it.
        own_tags: Keys of the tags that some environment changes, so that they are not everybody's.
    """

    name: str
    document: Document
    own_tags: frozenset[str] = frozenset()


def split(document: Document) -> tuple[Environment, ...]:
    """A file's environments, in its order; one without a name when it has none, or none that can be told apart."""
    root, given = document.root, _bodies(document.root)
    if not 1 <= len(given) <= MOST_ENVIRONMENTS:
        return (Environment("", document),)
    # "" is no key: the place of the whole is its first key's, also where an environment replaces that one.
    key_spans = {"": next(iter(root.key_spans.values())), **root.key_spans}
    base = Node(root.span, entries={**(root.entries or {}), ENVIRONMENTS: _emptied(root)}, key_spans=key_spans)
    own_tags = frozenset(key for body in given.values() for key in _changed_tags(root, body))
    return tuple(
        Environment(name, Document(document.path, _merged(base, _allowed(body, base)), _extent(root, name)), own_tags)
        for name, body in given.items()
    )


def misplaced(document: Document) -> Iterator[tuple[KeyPath, str, str]]:
    """The keys in environments that all of them share, each with a message and the remedy."""
    for name, body in _bodies(document.root).items():
        for path, message, help in _refused(body, document.root):
            yield (ENVIRONMENTS, name, *path), message, help


def _refused(body: Node, base: Node) -> Iterator[tuple[KeyPath, str, str]]:
    """The keys that an environment may not have, each with the reason and the remedy."""
    uri = _at(body, ("image", "uri"))
    for section in dict.fromkeys(path[0] for path in BASE_ONLY if len(path) > 1):
        own = _at(body, (section,))
        if own is not None and not _has_value(own):
            message = f"an environment cannot take {section} back as a whole"
            yield (section,), message, "name the keys that it changes"
    for path in BASE_ONLY:
        if _at(body, path) is not None:
            help = _REMEDIES.get(path, "write it outside of the environments")
            yield path, f"{'.'.join(map(str, path))} cannot stand in an environment: it is one for all", help
    if not _has_value(_at(base, ("image", "uri"))):
        for path in WITH_URI:
            if _at(body, path) is not None:
                message = f"{'.'.join(map(str, path))} cannot stand in an environment: all share one registry stack"
                help = "write it outside of the environments; only with an image.uri there each may have its own"
                yield path, message, help
    elif uri is not None and not _has_value(uri):
        message = "an environment cannot take image.uri back: all share a registry stack, or there is none"
        yield ("image", "uri"), message, "give it a value, or remove the key"


def _extent(root: Node, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """From where to where in the text an environment stands: to where the next one begins."""
    given = _at(root, (ENVIRONMENTS,))
    assert given
    start = given.key_spans[name][:2]
    behind = [span[:2] for span in given.key_spans.values() if span[:2] > start]
    return start, min(behind, default=(given.span.end_line, given.span.end_column))


def _bodies(root: Node) -> dict[str, Node]:
    """What stands under each environment's name."""
    given = _at(root, (ENVIRONMENTS,))
    return (given.entries or {}) if given else {}


def _changed_tags(root: Node, body: Node) -> Iterator[str]:
    """Keys of the tags that an environment gives or takes away."""
    own = _at(body, ("tags",))
    if own is not None:
        changed = own if own.entries is not None else _at(root, ("tags",))
        yield from (changed and changed.entries) or ()


def _emptied(root: Node) -> Node:
    """The environments without their content, which is merged: their names and their form are still to be judged."""
    given = _at(root, (ENVIRONMENTS,))
    assert given
    bodies = {
        name: body if body.entries is None else Node(body.span, entries={}) for name, body in _bodies(root).items()
    }
    return Node(given.span, entries=bodies, key_spans=given.key_spans)


def _allowed(body: Node, base: Node) -> Node:
    """An environment without what it may not have, so that this is told once and nothing follows from it."""
    refused = {path for path, _, _ in _refused(body, base)}
    if _at(base, ("region",)) is None:  # better one that is refused than none
        refused.discard(("region",))
    kept = {key: _without(node, key, refused) for key, node in (body.entries or {}).items() if (key,) not in refused}
    return Node(body.span, entries=kept, key_spans=body.key_spans)


def _without(section: Node, name: str, refused: Collection[KeyPath]) -> Node:
    if section.entries is None:
        return section
    entries = {key: node for key, node in section.entries.items() if (name, key) not in refused}
    return Node(section.span, entries=entries, key_spans=section.key_spans)


def _merged(base: Node | None, over: Node, at: KeyPath = ()) -> Node:
    """A value over another, at a key path. Where both are mappings, the place of the whole is that of the one below."""
    template = _in_template(at)
    if over.entries is None or (template and is_function(over.entries)):
        return over
    if base is None or base.entries is None or (template and is_function(base.entries)):
        base = Node(over.span, entries={})
    assert base.entries is not None
    entries, key_spans = dict(base.entries), dict(base.key_spans)
    for key, value in over.entries.items():
        below = None if _holds_sources(at) else entries.get(key)
        if below is None or below.entries is None or value.entries is None:
            key_spans[key] = over.key_spans[key]  # of a key that was taken away too: what it leaves is told there
        if _has_value(value) or _in_template((*at, key)):
            entries[key] = _merged(below, value, (*at, key))
        else:
            entries.pop(key, None)
    return Node(base.span, entries=entries, key_spans=key_spans)


def _in_template(at: KeyPath) -> bool:
    """Whether a key path leads into a resource of a template, overrides.STACK.RESOURCE.KEY, where null removes."""
    return at[:1] == ("overrides",) and len(at) > 3


def _holds_sources(at: KeyPath) -> bool:
    """Whether the values of a mapping are replaced as a whole: a secret has one source, whose keys go together."""
    return at == ("service", "secrets") or (at[:2] == ("service", "sidecars") and at[3:] == ("secrets",))


def is_function(mapping: Mapping[str, object]) -> bool:
    """Whether a mapping of a template is one of CloudFormation's functions, a value of which no part is merged."""
    return len(mapping) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in mapping)


def _has_value(node: Node | None) -> bool:
    return node is not None and node.has_value


def _at(node: Node | None, path: KeyPath) -> Node | None:
    for step in path:
        node = node.entries.get(str(step)) if node is not None and node.entries is not None else None
    return node
