"""What an environment may hold: nothing is required, null takes a key back that may be absent, lists go as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blogstack.source.document import KeyPath
from blogstack.source.environments import BASE_ONLY

Json = dict[str, Any]

_LEFT_OUT = ("default", "defaultSnippets")
"""What is said of a key outside of the environments only: in them the default is what stands there."""


class Overriding:
    """Makes, of the definitions of the language, those of an environment."""

    def __init__(self, definitions: Mapping[str, Json]) -> None:
        self._definitions = definitions
        self._made: dict[str, Json] = {}

    def made_from(self, top: Json) -> dict[str, Json]:
        """Every definition that an environment needs, under its name."""
        environment = {**self._mapping(top, ()), "description": "What differs in one environment."}
        return {"Environment": environment, **self._made}

    def _mapping(self, body: Json, at: KeyPath) -> Json:
        rest = {key: value for key, value in body.items() if key not in ("required", "title")}
        keys = {key: (*at, key) for key in body["properties"] if (*at, key) not in BASE_ONLY}
        needed = body.get("required", ())
        properties = {key: self._key(body["properties"][key], path, key in needed) for key, path in keys.items()}
        return {**rest, "properties": properties}

    def _key(self, own: Json, at: KeyPath, needed: bool) -> Json:
        texts = {"description": own["description"]}
        if markdown := own.get("markdownDescription"):
            texts["markdownDescription"] = "\n\n".join(markdown.split("\n\n")[:2])
        rest = {key: inner for key, inner in own.items() if key not in (*texts, *_LEFT_OUT)}
        value = {key: self._value(key, inner, at) for key, inner in rest.items()}
        if needed or any(path[:-1] == at for path in BASE_ONLY):
            return texts | value
        return texts | _nullable(value)

    def _value(self, key: str, inner: Any, at: KeyPath) -> Any:  # noqa: ANN401 (JSON)
        if key in ("allOf", "anyOf"):
            return [{name: self._value(name, value, at) for name, value in choice.items()} for choice in inner]
        if key == "patternProperties":
            return {pattern: self._named(value, at) for pattern, value in inner.items()}
        if key == "additionalProperties" and isinstance(inner, dict):
            return self._named(inner, at)
        return self._reference(inner, at) if key == "$ref" else inner

    def _named(self, body: Json, at: KeyPath) -> Json:
        """What stands under a name of the user's own."""
        return _nullable({key: self._value(key, inner, (*at, "*")) for key, inner in body.items()})

    def _reference(self, target: str, at: KeyPath) -> str:
        name = target.rsplit("/", 1)[1]
        self._made[f"{name}Override"] = self._mapping(self._definitions[name], at)
        return f"{target}Override"


def _nullable(schema: Json) -> Json:
    null = {"type": "null"}
    return schema if null in schema.get("anyOf", ()) else {"anyOf": [schema, null]}
