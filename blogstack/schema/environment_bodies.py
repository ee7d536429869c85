"""The schema of an environment: nothing is required, null removes an optional key, a list is replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from blogstack.source.document import KeyPath

Json = dict[str, Any]

_LEFT_OUT = ("default", "defaultSnippets", "examples")
"""Keywords that apply only outside of the environments: an environment's default is the value outside."""


class EnvironmentBodies:
    """Makes the definitions of an environment from those of the language; `shared`: the keys that it may not set."""

    def __init__(self, definitions: Mapping[str, Json], shared: Collection[KeyPath]) -> None:
        self._definitions = definitions
        self._shared = shared
        self._made: dict[str, Json] = {}

    def make(self, top: Json) -> dict[str, Json]:
        """Every definition that an environment needs, under its name."""
        environment = {**self._mapping(top, ()), "description": "What differs in one environment."}
        return {"Environment": environment, **self._made}

    def _mapping(self, body: Json, at: KeyPath) -> Json:
        rest = {key: value for key, value in body.items() if key not in ("required", "title")}
        keys = {key: (*at, key) for key in body["properties"] if (*at, key) not in self._shared}
        needed = body.get("required", ())
        properties = {key: self._key(body["properties"][key], path, key in needed) for key, path in keys.items()}
        return {**rest, "properties": properties}

    def _key(self, schema: Json, at: KeyPath, needed: bool) -> Json:
        texts = {"description": schema["description"]}
        if markdown := schema.get("markdownDescription"):
            texts["markdownDescription"] = "\n\n".join(markdown.split("\n\n")[:2])
        rest = {key: inner for key, inner in schema.items() if key not in (*texts, *_LEFT_OUT)}
        value = {key: self._value(key, inner, at) for key, inner in rest.items()}
        if needed or any(path[:-1] == at for path in self._shared):
            # Without a type the language server inserts the key without its colon.
            return texts | ({"type": "object"} if "allOf" in value else {}) | value
        return texts | nullable(value)

    def _value(self, key: str, inner: Any, at: KeyPath) -> Any:  # noqa: ANN401 (JSON)
        if key in ("allOf", "anyOf"):
            return [{name: self._value(name, value, at) for name, value in choice.items()} for choice in inner]
        if key == "patternProperties":
            return {pattern: self._named(value, at) for pattern, value in inner.items()}
        if key == "additionalProperties" and isinstance(inner, dict):
            return self._named(inner, at)
        return self._reference(inner, at) if key == "$ref" else inner

    def _named(self, body: Json, at: KeyPath) -> Json:
        """The value of a name that the user chooses."""
        return nullable({key: self._value(key, inner, (*at, "*")) for key, inner in body.items()})

    def _reference(self, target: str, at: KeyPath) -> str:
        name = target.rsplit("/", 1)[1]
        self._made[f"{name}Override"] = self._mapping(self._definitions[name], at)
        return f"{target}Override"


def nullable(schema: Json) -> Json:
    """A value, or null."""
    null = {"type": "null"}
    return schema if null in schema.get("anyOf", ()) else {"anyOf": [schema, null]}
