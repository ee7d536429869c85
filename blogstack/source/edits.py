"""Copies of a document with another value at a key, to compile variants of a file."""

from __future__ import annotations

import dataclasses

from blogstack.source.document import Document, KeyPath, Node, Scalar


def without(document: Document, key: KeyPath) -> Document:
    """The document without a key that it has."""
    return Document(document.path, _edited(document.root, key, None))


def with_scalar(document: Document, key: KeyPath, value: Scalar) -> Document:
    """The document with a scalar at a key; missing mappings on the way to it are created."""
    return Document(document.path, _edited(document.root, key, Node(document.root.span, scalar=value)))


def _edited(mapping: Node, key: KeyPath, value: Node | None) -> Node:
    entries, key_spans = dict(mapping.entries or {}), dict(mapping.key_spans)
    first, rest = str(key[0]), key[1:]
    old = entries.get(first, Node(mapping.span, entries={}))
    if rest:
        entries[first] = _edited(old, rest, value)
    elif value is None:
        del entries[first]
    else:
        entries[first] = dataclasses.replace(value, span=old.span)
    key_spans.setdefault(first, mapping.span)
    return dataclasses.replace(mapping, entries=entries, key_spans=key_spans, scalar=None, items=None)
