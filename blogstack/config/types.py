"""The types of values: each knows its limits, says them in words and in its errors, and puts them into the JSON Schema.

An error's type is the name of a Code; its context may hold the remedy as `help`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from blogstack.config.patterns import duration_pattern
from blogstack.words import plural, shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

BARE_NUMBER = "write the number without quotes and without leading zeros"
"""The remedy for a text that is a number."""

T = TypeVar("T")
JsonSchema = dict[str, Any]


class Section(BaseModel):
    """A mapping of the configuration: unknown keys are errors, values are never converted or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


@dataclass(frozen=True, eq=False)
class Choices:
    """What each value of an enumeration means, beside its `Literal`: for editors, `explain` and the reference."""

    meanings: Mapping[object, str]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        own = handler(schema)
        texts = [self.meanings[value] for value in own["enum"]]
        return {**own, "enumDescriptions": texts, "markdownEnumDescriptions": texts}


Items = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML list, kept as a tuple."""


def unique(items: tuple[T, ...]) -> tuple[T, ...]:
    """The items themselves; an error when one of them stands twice."""
    twice = [item for n, item in enumerate(items) if item in items[:n]]
    if twice:
        raise fault("WRONG_FORM", f"{shorten(str(twice[0]))!r} stands twice in the list", "keep one of the two")
    return items


UniqueItems = Annotated[Items[T], AfterValidator(unique), Field(json_schema_extra={"uniqueItems": True})]
"""A YAML list without repetition, kept as a tuple."""


def fault(code: str, message: str, help: str, *keys: str) -> PydanticCustomError:
    """An error under a Code's name, with its remedy and the keys of a mapping that it is about, most to blame first."""
    return PydanticCustomError(code, "{message}", {"message": message, "help": help, "keys": keys})


def worded(schema: JsonSchema, words: str) -> JsonSchema:
    """A type's schema with what an editor says of any other value; `words`: the type in words."""
    told: JsonSchema = {**schema, "errorMessage": f"expected {words}"}
    if "anyOf" in told:
        told["anyOf"] = [{**choice, "errorMessage": told["errorMessage"]} for choice in told["anyOf"]]
    return told


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, both included."""

    low: int
    high: int
    unit: str

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, core_schema.int_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def in_words(self) -> str:
        """The type and its limits."""
        return f"whole number, {self.low} to {plural(self.high, self.unit)}"

    def check(self, value: int) -> int:
        """The value itself; an error when it is outside the limits."""
        if not self.low <= value <= self.high:
            help = f"choose {self.low} to {plural(self.high, self.unit)}"
            raise fault("OUT_OF_RANGE", plural(value, self.unit), help)
        return value


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smh]?)")


@dataclass(frozen=True)
class Duration:
    """A duration in seconds from `low` to `high`, written as a number of seconds or as `30s`, `2m`, `1h`."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        forms: list[JsonSchema] = [
            {"type": "integer", "minimum": self.low, "maximum": self.high},
            {"type": "string", "pattern": duration_pattern(self.low, self.high)},
        ]
        return worded({"anyOf": forms}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return f"duration, {self.written(self.low)} to {self.written(self.high)}"

    def written(self, seconds: int) -> str:
        """A duration as a person writes it."""
        return _in_largest_unit(seconds, "hms")

    def check(self, value: object) -> int:
        """The duration in seconds."""
        seconds = _seconds(value)
        if not self.low <= seconds <= self.high:
            raise fault("OUT_OF_RANGE", f"{value}", f"choose {self.low}s to {self.high}s")
        return seconds


def _in_largest_unit(seconds: int, units: str) -> str:
    """A duration in the largest of some units that it is a whole number of."""
    unit = next((unit for unit in units if seconds and seconds % _UNITS[unit] == 0), units[-1])
    return f"{seconds // _UNITS[unit]}{unit}"


def _seconds(value: object) -> int:
    match = _DURATION.fullmatch(str(value))
    if isinstance(value, bool) or not isinstance(value, int | str) or not (match or isinstance(value, int)):
        raise fault("WRONG_TYPE", "is not a duration", "write a number of seconds, or 30s, 2m, 1h")
    return int(match[1]) * _UNITS[match[2]] if match else int(value)


@dataclass(frozen=True)
class Minutes:
    """A duration of `low` to `high` whole minutes, kept in seconds and written as `5m`, `1h` or `300`."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        low, high = self.low * 60, self.high * 60
        whole: JsonSchema = {"type": "integer", "minimum": low, "maximum": high, "multipleOf": 60}
        text: JsonSchema = {"type": "string", "pattern": duration_pattern(low, high, seconds=False)}
        return worded({"anyOf": [whole, text]}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return f"duration in whole minutes, {self.written(self.low * 60)} to {self.written(self.high * 60)}"

    def written(self, seconds: int) -> str:
        """A duration as a person writes it."""
        return _in_largest_unit(seconds, "hm")

    def check(self, value: object) -> int:
        """The duration in seconds."""
        seconds = _seconds(value)
        if not self.low * 60 <= seconds <= self.high * 60:
            raise fault("OUT_OF_RANGE", f"{value}", f"choose {self.low}m to {self.high}m")
        if seconds % 60 or (isinstance(value, str) and value[-1] not in "mh"):
            help = f"AWS counts in minutes: write {-(-seconds // 60)}m"
            if str(value).isdecimal():
                help += f", or {value}m if that is meant: a number alone is seconds"
            raise fault("WRONG_FORM", f"{value} is not written in minutes", help)
        return seconds


_LONGEST_MATCHED = 2048  # as long as the longest text that any form takes


@dataclass(frozen=True)
class Form:
    """A text of a given form; a whole number is taken as the text it was written as.

    Attributes:
        pattern: What the whole text must match.
        words: What such a text is, after the word "not".
        help: How to write it.
        longest: The most characters it may have.
        scalars: Whether any number or boolean is taken too, as it is written.
    """

    pattern: str
    words: str
    help: str
    longest: int = 256
    scalars: bool = False

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        checked = core_schema.no_info_after_validator_function(self.check, handler(source))
        return core_schema.no_info_before_validator_function(as_text, checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        own: JsonSchema = {"type": "string", "pattern": f"^(?:{self.pattern})$", "maxLength": self.longest}
        return worded(self._schema(own), self.in_words())

    def _schema(self, own: JsonSchema) -> JsonSchema:
        """The schema of a text, and of what is a number or a boolean to an editor and a text to us."""
        if self.scalars:
            return {"anyOf": [own, {"type": ["number", "boolean"]}]}
        whole = [number for number in range(1000) if re.fullmatch(self.pattern, str(number))]
        if not whole:
            return own
        # 17.6 is read as it is written, but is a number to an editor.
        decimal = re.fullmatch(self.pattern, f"{whole[-1]}.6")
        limit: JsonSchema = {"exclusiveMaximum": whole[-1] + 1} if whole[-1] < 999 else {}
        if decimal and whole[0] and re.fullmatch(self.pattern, "0.6"):
            number = {"type": "number", "minimum": 0, "not": {"enum": list(range(whole[0]))}, **limit}
        else:
            number = {"type": "number" if decimal else "integer", "minimum": whole[0], **limit}
        return {"anyOf": [own, number]}

    def in_words(self) -> str:
        """The type, its limits and how to write it."""
        return f"{self.words}, at most {self.longest} characters ({self.help})"

    def check(self, value: str) -> str:
        """The text itself; an error when it has another form."""
        if len(value) <= _LONGEST_MATCHED and not re.fullmatch(self.pattern, value):
            raise fault("WRONG_FORM", f"{shorten(value)!r} is not {self.words}", self.help)
        if len(value) > self.longest:
            message = f"{shorten(value)!r} has {len(value)} characters"
            raise fault("OUT_OF_RANGE", message, f"use at most {self.longest}")
        return value


def as_text(value: object) -> object:
    """A whole number as the text it was written as; anything else unchanged."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_written(value: object) -> object:
    """A scalar as the text it was written as; anything else unchanged."""
    return str(value).lower() if isinstance(value, bool) else as_text(value)


def _no_dynamic_reference(text: str) -> str:
    """The text itself; CloudFormation would put another in the place of `{{resolve:...}}`, whatever it stands in."""
    if "{{resolve:" in text:
        raise fault("WRONG_FORM", "a dynamic reference of CloudFormation is not passed on as written", _DYNAMIC_HELP)
    return text


_DYNAMIC_HELP = "write the value itself; a secret belongs in Secrets Manager, under `secrets`"
_NOT_DYNAMIC: Any = {"not": {"type": "string", "pattern": r"\{\{resolve:"}}

Text = Annotated[
    str,
    BeforeValidator(as_text, json_schema_input_type=str | int | float),
    AfterValidator(_no_dynamic_reference),
    Field(json_schema_extra=_NOT_DYNAMIC),
]
"""Any text; a whole number is taken as written."""

AsWritten = Annotated[
    str,
    BeforeValidator(as_written, json_schema_input_type=str | int | float | bool),
    AfterValidator(_no_dynamic_reference),
    Field(json_schema_extra=_NOT_DYNAMIC),
]
"""Any text, number or boolean, kept exactly as written in the file."""

Variable = Annotated[
    str, Form(r"[A-Za-z_][A-Za-z0-9_]*", "a variable name", "use letters, digits and _, not first a digit", 128)
]
"""Name of an environment variable."""
