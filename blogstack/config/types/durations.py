"""Durations, kept in seconds."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.records import Record

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smh]?)")


class Duration(Record):
    """A duration in seconds from `low` to `high`, written as a number of seconds or as `30s`, `2m`, `1h`."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        from blogstack.config.types.patterns import duration_pattern  # not at every start

        forms: list[JsonSchema] = [
            {"type": "integer", "minimum": self.low, "maximum": self.high},
            {"type": "string", "pattern": duration_pattern(self.low, self.high)},
        ]
        return with_error_message({"anyOf": forms}, self.in_words())

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
            raise fault(Code.OUT_OF_RANGE, f"{value}", f"choose {self.low}s to {self.high}s")
        return seconds


def _in_largest_unit(seconds: int, units: str) -> str:
    """A duration in the largest of some units that divides it."""
    unit = next((unit for unit in units if seconds and seconds % _UNITS[unit] == 0), units[-1])
    return f"{seconds // _UNITS[unit]}{unit}"


def _seconds(value: object) -> int:
    match = _DURATION.fullmatch(str(value))
    if isinstance(value, bool) or not isinstance(value, int | str) or not (match or isinstance(value, int)):
        raise fault(Code.WRONG_TYPE, "is not a duration", "write a number of seconds, or 30s, 2m, 1h")
    return int(match[1]) * _UNITS[match[2]] if match else int(value)


class Minutes(Record):
    """A duration of `low` to `high` whole minutes, kept in seconds and written as `5m`, `1h` or `300`."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        from blogstack.config.types.patterns import duration_pattern  # not at every start

        low, high = self.low * 60, self.high * 60
        number: JsonSchema = {"type": "integer", "minimum": low, "maximum": high, "multipleOf": 60}
        text: JsonSchema = {"type": "string", "pattern": duration_pattern(low, high, seconds=False)}
        return with_error_message({"anyOf": [number, text]}, self.in_words())

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
            raise fault(Code.OUT_OF_RANGE, f"{value}", f"choose {self.low}m to {self.high}m")
        if seconds % 60 or (isinstance(value, str) and value[-1] not in "mh"):
            help = f"AWS counts in minutes: write {math.ceil(seconds / 60)}m"
            if str(value).isdecimal():
                help += f", or {value}m if minutes are intended: a number without a unit is in seconds"
            raise fault(Code.WRONG_FORM, f"{value} is not written in minutes", help)
        return seconds
