"""Strings with a required form, and strings as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import CoreSchema, core_schema

from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.words import shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_LONGEST_MATCHED = 2048  # the longest text that any form accepts


class Form(Record):
    """A string with a required form; a whole number is read as the text it was written as.

    Attributes:
        pattern: What the complete string must match.
        words: What such a string is, to follow the word "not".
        help: How to write it.
        longest: Its maximum number of characters.
        scalars: Whether any number or boolean is accepted too, as it is written.
        fix: Turns a string of another form into one that may be meant, for the help.
    """

    pattern: str
    words: str
    help: str
    longest: int = 256
    scalars: bool = False
    fix: Callable[[str], str] | None = None

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        checked = core_schema.no_info_after_validator_function(self.check, handler(source))
        return core_schema.no_info_before_validator_function(as_text, checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        text: JsonSchema = {"type": "string", "pattern": f"^(?:{self.pattern})$", "maxLength": self.longest}
        return with_error_message(self._schema(text), self.in_words())

    def _schema(self, text: JsonSchema) -> JsonSchema:
        """The schema of a string, and of what is a number or a boolean to an editor and a string to blogstack."""
        if self.scalars:
            return {"anyOf": [text, {"type": ["number", "boolean"]}]}
        numbers = [number for number in range(1000) if re.fullmatch(self.pattern, str(number))]
        if not numbers:
            return text
        # 17.6 is a string here, but a number to an editor.
        decimal = re.fullmatch(self.pattern, f"{numbers[-1]}.6")
        limit: JsonSchema = {"exclusiveMaximum": numbers[-1] + 1} if numbers[-1] < 999 else {}
        if decimal and numbers[0] and re.fullmatch(self.pattern, "0.6"):
            number = {"type": "number", "minimum": 0, "not": {"enum": list(range(numbers[0]))}, **limit}
        else:
            number = {"type": "number" if decimal else "integer", "minimum": numbers[0], **limit}
        return {"anyOf": [text, number]}

    def in_words(self) -> str:
        """The type, its limits and how to write it."""
        return f"{self.words}, at most {self.longest} characters ({self.help})"

    def check(self, value: str) -> str:
        """The string itself; an error when it does not have the form."""
        if len(value) <= _LONGEST_MATCHED and not re.fullmatch(self.pattern, value):
            fixed = self.fix(value) if self.fix else ""
            suits = re.fullmatch(self.pattern, fixed) and len(fixed) <= self.longest
            help = f"write {fixed}" if suits else self.help
            raise fault(Code.WRONG_FORM, f"{shorten(value)!r} is not {self.words}", help)
        if len(value) > self.longest:
            message = f"{shorten(value)!r} has {len(value)} characters"
            raise fault(Code.OUT_OF_RANGE, message, f"use at most {self.longest}")
        return value


def as_text(value: object) -> object:
    """A whole number as the text it was written as; anything else unchanged."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_written(value: object) -> object:
    """A scalar as the text it was written as; anything else unchanged."""
    return str(value).lower() if isinstance(value, bool) else as_text(value)


def check_no_dynamic_reference(text: str) -> str:
    """The text itself; an error at `{{resolve:...}}`, which CloudFormation would replace."""
    if "{{resolve:" in text:
        raise fault(Code.WRONG_FORM, "CloudFormation's dynamic references are not supported", _DYNAMIC_HELP)
    return text


_DYNAMIC_HELP = "write the value itself; a secret belongs in Secrets Manager, under `secrets`"
_NOT_DYNAMIC: Any = {"not": {"type": "string", "pattern": r"\{\{resolve:"}}

Text = Annotated[
    str,
    BeforeValidator(as_text, json_schema_input_type=str | int | float),
    AfterValidator(check_no_dynamic_reference),
    Field(json_schema_extra=_NOT_DYNAMIC),
]
"""Any string; a whole number is read as the text it was written as."""

AsWritten = Annotated[
    str,
    BeforeValidator(as_written, json_schema_input_type=str | int | float | bool),
    AfterValidator(check_no_dynamic_reference),
    Field(json_schema_extra=_NOT_DYNAMIC),
]
"""Any string, number or boolean, kept exactly as written in the file."""

# With slashes, as git and Docker write them on every system.
RelativePath = Annotated[
    str,
    Form(r"(?![-/~])[^\x00-\x1f\\]+", "a relative path", "write it with slashes, as in docker/Dockerfile or ../shared"),
]
"""A path on the user's own machine."""

Variable = Annotated[
    str,
    Form(r"[A-Za-z_][A-Za-z0-9_]*", "a variable name", "use letters, digits and _, and do not start with a digit", 128),
]
"""Name of an environment variable."""
