"""Cron expressions and time zones, as AWS reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic_core import CoreSchema, core_schema

from blogstack.config.types.base import JsonSchema, fault, with_error_message
from blogstack.config.types.text import Form
from blogstack.diagnostics import Code
from blogstack.facts import schedules as cron
from blogstack.words import did_you_mean, shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler


class _Cron:
    """A cron expression as AWS reads it."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, core_schema.str_schema(strict=True))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return with_error_message({"type": "string", "pattern": f"^{cron.PATTERN}$"}, self.in_words())

    def in_words(self) -> str:
        """The type and its form."""
        return "a cron expression of six fields"

    def check(self, value: str) -> str:
        """The expression itself; an error that names the field that is wrong."""
        if wrong := cron.find_error(value):
            raise fault(Code.WRONG_FORM, f"{shorten(value)!r} is not a cron expression: {wrong[0]}", wrong[1])
        return value


class _TimeZone:
    """A name in the IANA time zone database."""

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        # No enumeration: editors would show all six hundred in a hover text.
        names = "|".join(sorted(cron.time_zones())).replace("+", r"\+")
        return {**handler(schema), "pattern": f"^(?:{names})$"}

    def check(self, name: str) -> str:
        """The name itself; an error when there is no such time zone."""
        if name not in cron.time_zones():
            near = did_you_mean(name, cron.time_zones())
            help = f"did you mean {near!r}?" if near else "write one like Asia/Seoul, Europe/Berlin or Etc/UTC"
            raise fault(Code.WRONG_FORM, f"{shorten(name)!r} is not an IANA time zone", help)
        return name


CronExpression = Annotated[str, _Cron()]
TimeZoneName = Annotated[
    str, Form("[A-Za-z][A-Za-z0-9_+/-]*", "a time zone", "write one like Asia/Seoul", 64), _TimeZone()
]
