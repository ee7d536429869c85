"""What all types of the language use: the mapping, the error with its remedy, the schema with its message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from blogstack.diagnostics import Code

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

BARE_NUMBER = "write the number without quotes and without leading zeros"
"""The remedy for a string that should be a number."""

JsonSchema = dict[str, Any]


class Section(BaseModel):
    """A mapping of the configuration: unknown keys are errors, values are never converted or changed.

    Attributes:
        ONE_NEEDED: Keys of which one needs a value; none for most mappings.
    """

    ONE_NEEDED: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class BuiltWhenUsed:
    """A mapping whose model is built when a file has one: to build a model with its keys takes milliseconds."""

    def __get_pydantic_core_schema__(self, source: type[Section], handler: GetCoreSchemaHandler) -> CoreSchema:
        # pydantic adds the place of the mapping to the places of the errors in it.
        return core_schema.no_info_plain_validator_function(source.model_validate, metadata={"model": source})


class Choices:
    """The meaning of each value of a `Literal`, for editors, `explain` and the reference."""

    def __init__(self, meanings: Mapping[object, str]) -> None:
        self.meanings = meanings

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        described = handler(schema)
        texts = [self.meanings[value] for value in described["enum"]]
        return {**described, "enumDescriptions": texts, "markdownEnumDescriptions": texts}


def fault(code: Code, message: str, help: str, *keys: str) -> PydanticCustomError:
    """An error for a validator to raise; errors.py turns it into a diagnostic.

    Args:
        code: Code of the diagnostic.
        message: What is wrong, to follow the name of the key.
        help: The remedy.
        keys: The keys of a mapping that cause it together, the most likely cause first.
    """
    return PydanticCustomError(code.name, "{message}", {"message": message, "help": help, "keys": keys})


def with_error_message(schema: JsonSchema, words: str) -> JsonSchema:
    """A type's schema with the message that an editor shows at any other value; `words`: the type in words."""
    message = f"expected {words}"
    choices = [{**choice, "errorMessage": message} for choice in schema.get("anyOf", ())]
    return {**schema, **({"anyOf": choices} if choices else {}), "errorMessage": message}
