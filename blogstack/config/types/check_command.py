"""The command of a container's health check: a string for the container's shell, or words that need no shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.config.types.text import as_text, check_no_dynamic_reference
from blogstack.diagnostics import Code
from blogstack.words import plural

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_MAX_CHARACTERS = 1024
_MAX_WORDS = 100


class _CheckCommand:
    """A string for the shell, or a list of words."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        text = {"type": "string", "minLength": 1, "maxLength": _MAX_CHARACTERS, "not": {"pattern": r"\{\{resolve:"}}
        number = {"type": ["integer", "number"]}
        words = {"type": "array", "minItems": 1, "maxItems": _MAX_WORDS, "items": {"anyOf": [text, number]}}
        return with_error_message({"anyOf": [text, number, words]}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return (
            f"string for the container's shell, 1 to {_MAX_CHARACTERS} characters, "
            f"or list of 1 to {_MAX_WORDS} words, which needs no shell"
        )

    def check(self, value: object) -> str | tuple[str, ...]:
        """The text, or the words as a tuple."""
        if isinstance(value, list | tuple):
            if not 1 <= len(value) <= _MAX_WORDS:
                raise fault(Code.OUT_OF_RANGE, plural(len(value), "words"), f"choose 1 to {_MAX_WORDS} words")
            return tuple(map(self._text, value))
        return self._text(value)

    def _text(self, value: object) -> str:
        text = as_text(value)
        if not isinstance(text, str):
            help = "write a command for the shell, or its words as a list, as in [/app, healthcheck]"
            raise fault(Code.WRONG_TYPE, "is neither a command nor a list of words", help)
        if not 1 <= len(text) <= _MAX_CHARACTERS:
            raise fault(Code.OUT_OF_RANGE, plural(len(text), "characters"), f"use 1 to {_MAX_CHARACTERS}")
        return check_no_dynamic_reference(text)


CheckCommand = Annotated[str | tuple[str, ...], _CheckCommand()]
"""A command for the container's shell, or its words, for an image without a shell."""
