"""Repeated parts of the schema, each written once: a definition, and references to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_SMALLEST = 120
"""Minimum number of characters of a part that gets a definition; a reference has about 30."""
_BY_NAME = ("properties", "patternProperties")
_IN_A_LIST = ("allOf", "anyOf")
_ALONE = ("additionalProperties", "items", "not", "if", "then", "else")


def share(schema: Json) -> Json:
    """The same schema with a definition for each part that occurs several times, and references in its place.

    The definition is named after the first key whose value it is, with an underscore before it, because no section's
    name begins with one. A part that occurs only inside one repeated part stays there.
    """
    uses: Counter[str] = Counter()
    names: dict[str, str] = {}

    def count(part: Json, name: str) -> None:
        for inner, inner_name in _parts(part, name):
            key = _key(inner)
            uses[key] += 1
            if uses[key] == 1:
                names[key] = inner_name
                count(inner, inner_name)

    roots = [schema, *schema["definitions"].values()]
    for root in roots:
        count(root, "part")
    taken: Counter[str] = Counter()
    shared: dict[str, str] = {}
    for key, name in names.items():
        if uses[key] > 1 and len(key) >= _SMALLEST:
            taken[name] += 1
            shared[key] = f"_{name}" if taken[name] == 1 else f"_{name}_{taken[name]}"
    definitions = {name: _refer(part, shared) for name, part in schema["definitions"].items()}
    definitions |= {name: _refer(json.loads(key), shared) for key, name in shared.items()}
    return {**_refer(schema, shared), "definitions": definitions}


def _refer(schema: Json, shared: dict[str, str]) -> Json:
    """A schema with references in place of its shared parts."""

    def refer(part: Any) -> Any:  # noqa: ANN401 (JSON)
        if not isinstance(part, dict):
            return part
        name = shared.get(_key(part))
        return {"$ref": f"#/definitions/{name}"} if name else _refer(part, shared)

    referring: Json = {}
    for word, value in schema.items():
        if word in _BY_NAME:
            referring[word] = {name: refer(part) for name, part in value.items()}
        elif word in _IN_A_LIST:
            referring[word] = [refer(part) for part in value]
        else:
            referring[word] = refer(value) if word in _ALONE else value
    return referring


def _parts(schema: Json, name: str) -> Iterator[tuple[Json, str]]:
    """The schemas directly inside a schema, each with the key whose value it is."""
    for word, value in schema.items():
        if word in _BY_NAME:
            inside = [(part, key if word == "properties" else name) for key, part in value.items()]
        else:
            inside = [(part, name) for part in (value if word in _IN_A_LIST else [value] if word in _ALONE else [])]
        yield from ((part, key) for part, key in inside if isinstance(part, dict))


def _key(part: Json) -> str:
    return json.dumps(part)
