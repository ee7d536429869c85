"""Config -> JSON Schema, which an editor checks and explains the file with while it is typed.

Draft 7, which the editors' language servers support best. Descriptions are the docstrings below the fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DictSchema

from blogstack.config import Config
from blogstack.config.types import Section
from blogstack.document import KeyPath
from blogstack.environments import BASE_ONLY, ENVIRONMENTS
from blogstack.reference import descriptions
from blogstack.wording import sections

Json = dict[str, Any]


def json_schema() -> str:
    """The language as a JSON Schema."""
    schema = Config.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_Draft7)
    models = {model.__name__: model for model in _models(Config)}
    definitions = {name: _described(body, models[name]) for name, body in schema.pop("$defs").items()}
    top = _described(schema, Config)
    (by_name,) = top["properties"][ENVIRONMENTS]["patternProperties"].values()
    by_name["anyOf"][0] = {"$ref": "#/definitions/Environment"}
    definitions |= _Overrides(definitions).made_from(top)
    top["title"] = "blogstack.yaml"
    ordered = {"$schema": "http://json-schema.org/draft-07/schema#", **top, "definitions": definitions}
    return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"


class _Draft7(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def dict_schema(self, schema: DictSchema) -> Json:
        """A mapping with free keys: one whose key has the wrong form is unknown."""
        own = super().dict_schema(schema)
        return {**own, "additionalProperties": False} if "patternProperties" in own else own


class _Overrides:
    """The schemas of what an environment may hold: nothing is required, null takes a key back, lists go as a whole."""

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
        return {**rest, "properties": {key: self._key(body["properties"][key], path) for key, path in keys.items()}}

    def _key(self, own: Json, at: KeyPath) -> Json:
        value = {
            key: self._value(key, inner, at) for key, inner in own.items() if key not in ("description", "default")
        }
        if any(path[:-1] == at for path in BASE_ONLY):
            return {"description": own["description"], **value}
        return {"description": own["description"], **_nullable(value)}

    def _value(self, key: str, inner: Any, at: KeyPath) -> Any:  # noqa: ANN401 (JSON)
        if key in ("allOf", "anyOf"):
            return [{name: self._value(name, value, at) for name, value in choice.items()} for choice in inner]
        if key == "patternProperties":
            return {pattern: _nullable(value) for pattern, value in inner.items()}
        if key == "additionalProperties" and isinstance(inner, dict):
            return _nullable(inner)
        return self._reference(inner, at) if key == "$ref" else inner

    def _reference(self, target: str, at: KeyPath) -> str:
        name = target.rsplit("/", 1)[1]
        self._made[f"{name}Override"] = self._mapping(self._definitions[name], at)
        return f"{target}Override"


def _nullable(schema: Json) -> Json:
    null = {"type": "null"}
    return schema if null in schema.get("anyOf", ()) else {"anyOf": [schema, null]}


def _models(model: type[Section]) -> set[type[Section]]:
    """A model and all that it is made of."""
    found = {model}
    for field in model.model_fields.values():
        for inner in sections(field.annotation):
            found |= _models(inner)
    return found


def _described(body: Mapping[str, Any], model: type[Section]) -> Json:
    texts = descriptions(model)
    properties = {}
    for key, own in body["properties"].items():
        field = {name: value for name, value in own.items() if name != "title"}
        if "$ref" in field:  # draft 7 ignores what stands beside a reference
            field = {"allOf": [{"$ref": field.pop("$ref")}], **field}
        properties[key] = {"description": texts[key], **field}
    rest = {key: value for key, value in body.items() if key not in ("title", "properties")}
    return {**rest, "properties": properties}
