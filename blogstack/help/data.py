"""Explanations of codes and keys as data, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blogstack.config.reference import Key, bare, keys
from blogstack.diagnostics import Code
from blogstack.help.explain import checked_by, example, find, guide, inside, page
from blogstack.templates.render import to_yaml

Json = dict[str, Any]


def explanation(word: str) -> Json:
    """The explanation of a word; arguments and errors as in `find`."""
    found = find(word)
    return _code(found) if isinstance(found, Code) else _key(found, keys())


def explanations() -> list[Json]:
    """Every key in the order of the language, then every code."""
    known = keys()
    return [*(_key(key, known) for key in known), *map(_code, Code)]


def _code(code: Code) -> Json:
    return {
        "kind": "code",
        "name": code.id,
        "severity": str(code.severity),
        "subject": code.subject,
        "page": page(code),
    }


def _key(key: Key, known: Sequence[Key]) -> Json:
    return {
        "kind": "key",
        "name": key.name,
        "description": key.description,
        "type": key.takes,
        "required": key.required,
        "default": key.default,
        "example": None if key.example is None else bare(to_yaml(example(key))),
        "checked_by": [code.id for code in checked_by(key)],
        "keys": [inner.name for inner in inside(key, known)] if key.section else [],
        "guide": guide(key).strip() or None,
    }
