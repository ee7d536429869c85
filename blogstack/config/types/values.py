"""The value of an environment variable: a text as it is written, or what another stack exports."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic_core import CoreSchema, core_schema

from blogstack.config.marks import Atomic
from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.config.types.text import AsWritten
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.words import shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

PLACEHOLDER = "<environment>"
"""In the value of a variable and in the name of a secret: the name of the environment."""

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
_EXPORT = rf"(?:[A-Za-z0-9:-]|{PLACEHOLDER}){{1,255}}"
_HELP = "write a string, or {import: NAME} for a value that another stack exports"


class Export(Record):
    """What another stack exports."""

    name: str


class _OrImport:
    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(_value, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        name = with_error_message({"type": "string", "pattern": f"^{_EXPORT}$"}, "the name of an export")
        imported = {
            "type": "object",
            "additionalProperties": False,
            "required": ["import"],
            "properties": {"import": name},
        }
        return {"anyOf": [handler(schema), imported]}

    def in_words(self) -> str:
        return "string, number, true or false, or {import: EXPORT}"


def _value(value: object, as_text: Callable[[Any], str]) -> str | Export:
    if not isinstance(value, dict):
        return as_text(value)
    match value:
        case {"import": name, **rest} if not rest:
            if not isinstance(name, str) or not re.fullmatch(_EXPORT, name):
                help = "copy it from `aws cloudformation list-exports`"
                raise fault(Code.WRONG_FORM, f"{shorten(str(name))!r} is not the name of an export", help)
            return Export(name)
        case {"ssm": _} | {"secretsmanager": _}:
            help = "move it to secrets, even if it is not secret: ECS reads it when a task starts"
            raise fault(Code.WRONG_FORM, "references to SSM and Secrets Manager belong under secrets", help)
    raise fault(Code.WRONG_TYPE, "is neither a string nor an import", _HELP)


EnvironmentValue = Annotated[AsWritten, _OrImport(), Atomic()]
"""A text, number or boolean, kept as written in the file; or what another stack exports."""
