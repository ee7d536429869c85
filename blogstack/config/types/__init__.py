"""The types of values: each has its limits, and describes them in words, in its errors and in the JSON Schema."""

from blogstack.config.types.base import (
    BARE_NUMBER,
    BuiltWhenUsed,
    Choices,
    JsonSchema,
    Section,
    fault,
    with_error_message,
)
from blogstack.config.types.durations import Duration, Minutes
from blogstack.config.types.lists import Items, UniqueItems, check_unique
from blogstack.config.types.numbers import Whole
from blogstack.config.types.text import AsWritten, Form, RelativePath, Text, Variable

__all__ = [
    "BARE_NUMBER",
    "AsWritten",
    "BuiltWhenUsed",
    "Choices",
    "Duration",
    "Form",
    "Items",
    "JsonSchema",
    "Minutes",
    "RelativePath",
    "Section",
    "Text",
    "UniqueItems",
    "Variable",
    "Whole",
    "check_unique",
    "fault",
    "with_error_message",
]
