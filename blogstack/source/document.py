"""A parsed file: plain data in which every value still knows its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from blogstack.diagnostics import Span
from blogstack.records import Record

KeyPath = tuple[str | int, ...]
"""The keys and the indexes of items that lead to a value. A pattern of paths has NAME and 0 in it."""
NAME = "NAME"
"""In a pattern of paths: any key that the user chooses, as 0 is any item of a list."""
Scalar = str | int | bool | None
Data = Scalar | list["Data"] | dict[str, "Data"]


@dataclass(slots=True)
class Node:
    """A value and its place: a scalar, a list of nodes or a mapping of nodes with the places of its keys.

    Attributes:
        origin: Name of the environment that the value comes from; None for the rest of the file.
        removed: The keys that an environment removed with null, each with the node of that null.
    """

    span: Span
    scalar: Scalar = None
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None
    key_spans: dict[str, Span] = field(default_factory=dict)
    origin: str | None = None
    removed: dict[str, Node] = field(default_factory=dict)

    @property
    def has_value(self) -> bool:
        """Whether the value is not null."""
        return self.scalar is not None or self.items is not None or self.entries is not None

    def plain(self) -> Data:
        """The value without its places."""
        if self.entries is not None:
            return {key: node.plain() for key, node in self.entries.items()}
        if self.items is not None:
            return [node.plain() for node in self.items]
        return self.scalar


class Document(Record):
    """A parsed file, or one of its environments merged over the rest of it."""

    path: str
    root: Node

    def plain(self) -> Data:
        """The complete file as plain data; each call returns a new copy."""
        return self.root.plain()

    def has(self, path: KeyPath) -> bool:
        """Whether there is a value other than null at a key path."""
        return self._at(path).has_value

    def is_same_node(self, path: KeyPath, other: KeyPath) -> bool:
        """Whether two key paths lead to the same node, as when an entry inherits a value."""
        return self._at(path) is self._at(other)

    def empty_keys(self) -> Iterator[KeyPath]:
        """The paths of the keys with nothing after the colon, not even null."""
        yield from _empty_keys(self.root, ())

    def locate(self, path: KeyPath) -> Span:
        """The place of the value at a key path.

        For a path without a value: the place where an environment set the key to null, else the nearest enclosing
        value that exists. For a value of several lines: its key, so that the message points at one line.
        """
        node, key_span = self.root, None
        for step in path:
            child = _child(node, step)
            if child is None:
                if str(step) in node.removed:
                    return node.key_spans[str(step)]
                break
            node, child_span = child
            key_span = child_span or (None if node.items is None and node.entries is None else key_span)
        spread = node.span.line != node.span.end_line or node.span.column == node.span.end_column
        if key_span and spread:
            return key_span
        return _first_line(node)

    def locate_content(self, path: KeyPath) -> Span:
        """The first line of the list or mapping at a key path, instead of its key; for a scalar as `locate`."""
        node = self._at(path)
        return self.locate(path) if node.items is None and node.entries is None else _first_line(node)

    def locate_key(self, path: KeyPath) -> Span:
        """The place of the last key of a key path, or of its value where it has no key (an item of a list)."""
        node = self.root
        for step in path[:-1]:
            child = _child(node, step)
            if child is None:
                return self.locate(path)
            node = child[0]
        return node.key_spans.get(str(path[-1])) or self.locate(path) if path else self.locate(path)

    def first_of_environment(self, paths: Sequence[KeyPath]) -> KeyPath:
        """The first of some key paths whose value comes from an environment, else the first of all.

        If several keys cause an error together, the rest of the file may be valid without the environment.
        """
        return next((path for path in paths if self.origin(path) is not None), paths[0])

    def origin(self, path: KeyPath) -> str | None:
        """Name of the environment that a value, or its absence, comes from; else that of what encloses it."""
        node = self.root
        for step in path:
            child = _child(node, step)
            if child is None:
                return node.removed.get(str(step), node).origin
            node = child[0]
        return node.origin

    def locate_missing(self, path: KeyPath) -> Span:
        """The place where an environment set a required key to null, else the place of its mapping's key."""
        return self._at(path[:-1]).key_spans.get(str(path[-1])) or self.locate_key(path[:-1])

    def _at(self, path: KeyPath) -> Node:
        """The node at a key path; if there is none, an empty node at the place of the last one that exists."""
        node = self.root
        for step in path:
            child = _child(node, step)
            node = child[0] if child else Node(node.span)
        return node


def _empty_keys(node: Node, at: KeyPath) -> Iterator[KeyPath]:
    for key, value in (node.entries or {}).items():
        if value.span[:2] == value.span[2:] and not value.has_value:
            yield (*at, key)
        yield from _empty_keys(value, (*at, key))


def _child(node: Node, step: str | int) -> tuple[Node, Span | None] | None:
    if node.entries is not None and step in node.entries:
        return node.entries[str(step)], node.key_spans[str(step)]
    if node.items is not None and isinstance(step, int) and step < len(node.items):
        return node.items[step], None
    return None


def _first_line(node: Node) -> Span:
    """A node of one line, the first key of a longer mapping, the start of a longer list or text."""
    span = node.span
    if span.line == span.end_line and span.column < span.end_column:
        return span
    return next(iter(node.key_spans.values()), Span(span.line, span.column, span.line, span.column + 1))
