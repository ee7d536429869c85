"""Config -> JSON Schema, which an editor checks and explains the file with while it is typed.

Draft 7, which the editors' language servers support best. Descriptions are the docstrings below the fields, read
from the source only here: at every start they would cost as much time as the rest of the models.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DictSchema

from blogstack.config import Config
from blogstack.config.types import Section
from blogstack.wording import sections

Json = dict[str, Any]


def json_schema() -> str:
    """The language as a JSON Schema."""
    schema = Config.model_json_schema(ref_template="#/definitions/{model}", schema_generator=_Draft7)
    models = {model.__name__: model for model in _models(Config)}
    definitions = {name: _described(body, models[name]) for name, body in schema.pop("$defs").items()}
    top = _described(schema, Config)
    top["title"] = "blogstack.yaml"
    ordered = {"$schema": "http://json-schema.org/draft-07/schema#", **top, "definitions": definitions}
    return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"


def descriptions(model: type[Section]) -> dict[str, str]:
    """What each key of a mapping means: the docstrings below the model's fields."""
    (tree,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            assert isinstance(text.value, ast.Constant)
            found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


class _Draft7(GenerateJsonSchema):
    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def dict_schema(self, schema: DictSchema) -> Json:
        """A mapping with free keys: one whose key has the wrong form is unknown."""
        own = super().dict_schema(schema)
        return {**own, "additionalProperties": False} if "patternProperties" in own else own


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
