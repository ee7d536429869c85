"""Config -> JSON Schema, which an editor checks and explains the file with while it is typed.

Draft 7, which the editors' language servers support best. What a key means, takes and defaults to is read from the
models, as `explain` and the reference do (reference.py); whole.py adds what holds across keys, overriding.py what an
environment may hold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DictSchema

from blogstack.config import Config
from blogstack.config.errors import sections
from blogstack.config.reference import Key, bare, keys
from blogstack.config.types import Section
from blogstack.schema.conditions import sizes, whole
from blogstack.schema.environment_bodies import Overriding
from blogstack.schema.environment_conditions import across
from blogstack.source.environments import ENVIRONMENTS
from blogstack.templates.render import flow

Json = dict[str, Any]


def json_schema() -> str:
    """The language as a JSON Schema."""
    schema = Config.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_Draft7)
    models = {model.__name__: model for model in _models(Config)}
    definitions = {name: _told(body, models[name]) for name, body in schema.pop("$defs").items()}
    top = _told(schema, Config)
    (by_name,) = top["properties"][ENVIRONMENTS]["patternProperties"].values()
    by_name["anyOf"][0] = {"$ref": "#/definitions/Environment"}
    overriding = Overriding(definitions).made_from(top)
    definitions["TaskSizes"] = sizes()
    for service in (definitions["Service"], overriding["ServiceOverride"]):
        service["allOf"] = [{"$ref": "#/definitions/TaskSizes"}]
    # With environments only what each of them becomes is checked as a whole.
    top["if"], top["then"] = {"not": {"required": [ENVIRONMENTS]}}, whole()
    top["allOf"] = across()
    top |= {"title": "blogstack.yaml", "required": ["name"]}
    definitions = {name: _without_required(name, body) for name, body in definitions.items()} | overriding
    ordered = {"$schema": "http://json-schema.org/draft-07/schema#", **top, "definitions": definitions}
    return json.dumps(_apart(ordered), indent=1, ensure_ascii=False) + "\n"


def _apart(schema: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same with keys for each choice of `anyOf`, none where it is no mapping.

    yaml-language-server tells choices apart by these, and shows a key's text where one choice fits; of choices that
    look alike it takes all for what is written, and shows nothing.
    """
    if isinstance(schema, list):
        return [_apart(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _apart(inner) for key, inner in schema.items()}
    if isinstance(choices := found.get("anyOf"), list):
        found["anyOf"] = [choice if "$ref" in choice else {"properties": {}, **choice} for choice in choices]
    return found


class _Draft7(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def dict_schema(self, schema: DictSchema) -> Json:
        """A mapping with free keys: one whose key has the wrong form is unknown."""
        own = super().dict_schema(schema)
        text, *others = self.generate_inner(schema["keys_schema"]).get("anyOf", [{}])
        if others:  # a key that looks like a number is a text all the same
            names = {"maxLength": text["maxLength"]}
            own |= {"patternProperties": {text["pattern"]: own.pop("additionalProperties")}, "propertyNames": names}
        return {**own, "additionalProperties": False} if "patternProperties" in own else own


def _models(model: type[Section]) -> set[type[Section]]:
    """A model and all that it is made of."""
    found = {model}
    for field in model.model_fields.values():
        for inner in sections(field.annotation):
            found |= _models(inner)
    return found


def _told(body: Mapping[str, Any], model: type[Section]) -> Json:
    """A mapping's schema with what each of its keys means, and what may be written there."""
    known = {key.path[0]: key for key in keys(model) if len(key.path) == 1}
    properties = {}
    for name, own in body["properties"].items():
        field = {word: value for word, value in own.items() if word != "title"}
        if "$ref" in field:  # draft 7 ignores what stands beside a reference
            field = {"allOf": [{"$ref": field.pop("$ref")}], **field}
        properties[name] = {**_texts(known[name]), **field}
    rest = {key: value for key, value in body.items() if key not in ("title", "description", "properties")}
    return {**rest, "properties": properties}


def _texts(key: Key) -> Json:
    """The hover text of a key, and what an editor offers to write there."""
    text = f"{key.description}\n\n{key.takes}"
    if key.takes != "mapping":
        text += "\n\nrequired" if key.required else f"\n\ndefault: `{bare(flow(key.default))}`"
    told: Json = {"description": key.description, "markdownDescription": text}
    if isinstance(key.example, dict | list):
        told["defaultSnippets"] = [{"label": f"{key.path[-1]}: …", "description": "an example", "body": key.example}]
    return told


def _without_required(name: str, body: Json) -> Json:
    """What is merged is required of the whole only; what is replaced as a whole keeps what it must have."""
    return body if name in _REPLACED else {key: value for key, value in body.items() if key != "required"}


_REPLACED = ("Schedule", "Statement")
"""The items of lists, which no environment merges."""
