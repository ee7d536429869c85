"""Config -> JSON Schema, with which an editor checks and explains the file while it is typed.

Draft 7, which the editors' language servers support best. The meaning, type and default of a key are read from the
models, as `explain` and the reference do (reference.py); conditions.py adds the conditions across keys,
environment_bodies.py the keys of an environment.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DictSchema, PlainValidatorFunctionSchema

from blogstack.config import Config
from blogstack.config.fields import fields_of, merge_rules, walk
from blogstack.config.reference import Key, bare, keys
from blogstack.config.types import Section
from blogstack.schema.conditions import default_sizes, file_conditions, requirements, task_sizes, without_suggestions
from blogstack.schema.environment_bodies import EnvironmentBodies, nullable
from blogstack.schema.environment_conditions import environment_conditions
from blogstack.schema.sharing import share
from blogstack.source.environments import ENVIRONMENTS
from blogstack.templates.render import flow

Json = dict[str, Any]


def json_schema() -> str:
    """The language as a JSON Schema."""
    schema = Config.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_Draft7)
    models = {field.type.section.__name__: field.type.section for field in walk(Config) if field.type.section}
    definitions = {name: _with_texts(body, models[name]) for name, body in schema.pop("$defs").items()}
    top = _with_texts(schema, Config)
    by_name = {"anyOf": [{"$ref": "#/definitions/Environment"}, {"type": "null"}]}
    environments = top["properties"][ENVIRONMENTS]
    environments["patternProperties"] = dict.fromkeys(environments["patternProperties"], by_name)
    environments["additionalProperties"] = by_name
    shared = [key.path for key in merge_rules(Config).shared if key.unless is None]
    overriding = EnvironmentBodies(definitions, shared).make(top)
    definitions["TaskSizes"] = without_suggestions(task_sizes())
    for model, inherited in _entries():
        definitions[model.__name__] = _entry(definitions[model.__name__], model, inherited)
    for service in (definitions["Service"], overriding["ServiceOverride"]):
        service["allOf"] = [{"$ref": "#/definitions/TaskSizes"}]
    # With environments, required keys are checked only in the result of each merge.
    top["if"], top["then"] = {"not": {"required": [ENVIRONMENTS]}}, without_suggestions(file_conditions())
    top["allOf"] = [without_suggestions(condition) for condition in environment_conditions()]
    top |= {"title": "blogstack.yaml", "required": ["name"]}
    definitions = _without_required(definitions) | overriding
    ordered = {"$schema": "http://json-schema.org/draft-07/schema#", **top, "definitions": definitions}
    return _written(share(_distinguish_choices(ordered)))


def _written(schema: Json) -> str:
    """The schema as text: a line for each key and each keyword of a definition, so that it is small and comparable."""
    lines = [f'"{word}": {_compact(value)}' for word, value in schema.items() if word != "definitions"]
    sections = [f'"{name}": {_by_line(part)}' for name, part in schema["definitions"].items()]
    return "{\n" + ",\n".join([*lines, '"definitions": {\n' + ",\n".join(sections) + "\n}"]) + "\n}\n"


def _by_line(part: Json) -> str:
    """A definition with each of its keys on a line."""
    properties = [f'  "{key}": {_compact(value)}' for key, value in part.get("properties", {}).items()]
    others = [f' "{word}": {_compact(value)}' for word, value in part.items() if word != "properties"]
    if properties:
        others.append(' "properties": {\n' + ",\n".join(properties) + "\n }")
    elif "properties" in part:
        others.append(' "properties": {}')
    return "{\n" + ",\n".join(others) + "\n}"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _entries() -> Iterator[tuple[type[Section], Collection[str]]]:
    """The models of the entries that are merged over a section, each with the keys that it inherits."""
    for inheritance in merge_rules(Config).inheritances:
        model = fields_of(Config)[inheritance.mapping].type.section
        assert model
        yield model, inheritance.keys


def _entry(body: Json, model: type[Section], inherited: Collection[str]) -> Json:
    """An entry: null removes a value that it inherits, and the conditions across keys are those of one mapping."""
    properties = {key: _with_null(value) if key in inherited else value for key, value in body["properties"].items()}
    conditions = [without_suggestions(condition) for condition in (*default_sizes(), *requirements(model))]
    return {**body, "properties": properties, "allOf": [{"$ref": "#/definitions/TaskSizes"}, *conditions]}


def _with_null(schema: Json) -> Json:
    """The schema of a value, or of the values of a mapping, with null allowed."""
    texts = {key: value for key, value in schema.items() if key in ("description", "markdownDescription", "default")}
    value = {key: inner for key, inner in schema.items() if key not in texts}
    if "patternProperties" in value:  # a mapping: each of its values may be null too
        value["patternProperties"] = {form: nullable(inner) for form, inner in value["patternProperties"].items()}
        value["additionalProperties"] = nullable(value["additionalProperties"])
    return {**texts, **nullable(value)}


def _distinguish_choices(schema: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same schema with `properties` in each choice of `anyOf`, empty if the choice is not a mapping.

    yaml-language-server distinguishes choices by their properties, and shows a key's text if one choice fits. If
    choices look alike, all of them fit, and it shows nothing.
    """
    if isinstance(schema, list):
        return [_distinguish_choices(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    distinguished = {key: _distinguish_choices(inner) for key, inner in schema.items()}
    if isinstance(choices := distinguished.get("anyOf"), list):
        distinguished["anyOf"] = [choice if "$ref" in choice else {"properties": {}, **choice} for choice in choices]
    return distinguished


class _Draft7(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def function_plain_schema(self, schema: PlainValidatorFunctionSchema) -> Json:
        """A mapping that is `BuiltWhenUsed`: that of its model."""
        model = schema["metadata"]["model"]
        model.model_rebuild()
        return self.generate_inner(model.__pydantic_core_schema__)

    def dict_schema(self, schema: DictSchema) -> Json:
        """A mapping whose keys the user chooses; a key of the wrong form is unknown."""
        described = super().dict_schema(schema)
        names = self.generate_inner(schema["keys_schema"])
        text, *others = names.get("anyOf", [names])
        if others:  # a key that looks like a number is still a string
            described["patternProperties"] = {text["pattern"]: described.pop("additionalProperties")}
        if "patternProperties" not in described:
            return described
        (value,) = described["patternProperties"].values()
        wrong_name = {"maxLength": text["maxLength"], "pattern": text["pattern"], "errorMessage": names["errorMessage"]}
        # The language server suggests values only from additionalProperties, and has no suggestion for a name.
        return {**described, "additionalProperties": value, "propertyNames": {**wrong_name, "doNotSuggest": True}}


def _with_texts(body: Mapping[str, Any], model: type[Section]) -> Json:
    """A mapping's schema with the description, type and default of each key."""
    known = {key.path[0]: key for key in keys(model) if len(key.path) == 1}
    properties = {}
    for name, schema in body["properties"].items():
        left_out = ("title", "examples") if isinstance(known[name].example, dict | list) else ("title",)
        field = {word: value for word, value in schema.items() if word not in left_out}
        if "$ref" in field:  # draft 7 ignores everything next to a reference
            field = {"allOf": [{"$ref": field.pop("$ref")}], **field}
        properties[name] = {**_texts(known[name]), **field}
    rest = {key: value for key, value in body.items() if key not in ("title", "description", "properties")}
    return {**rest, "properties": properties}


def _texts(key: Key) -> Json:
    """The hover text of a key, and the snippet that an editor offers."""
    text = key.description
    if not key.takes.startswith("one of "):  # an editor lists the values itself
        text += f"\n\n{key.takes}"
    if key.takes != "mapping":
        text += "\n\nrequired" if key.required else f"\n\ndefault: `{bare(flow(key.default))}`"
    texts: Json = {"description": key.description, "markdownDescription": text}
    if isinstance(key.example, dict | list):  # instead of examples, which editors insert as strings
        texts["defaultSnippets"] = [{"label": f"{key.path[-1]}: …", "description": "an example", "body": key.example}]
    return texts


def _without_required(definitions: Mapping[str, Json]) -> dict[str, Json]:
    """Drop `required` from sections, which must be complete only after an environment is merged.

    The items of lists keep it: an environment replaces a list.
    """
    items = {field.type.section.__name__ for field in walk(Config) if field.type.section and 0 in field.type.steps}
    return {
        name: body if name in items else {key: value for key, value in body.items() if key != "required"}
        for name, body in definitions.items()
    }
