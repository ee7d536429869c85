"""The key `services.NAME.route`: which requests a further service gets.

Both kinds of patterns: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator
from pydantic_core import CoreSchema, core_schema

from blogstack.config.types import Form, JsonSchema, Section, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.words import plural, shorten

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

# Values, and wildcards in them, of all conditions of a rule:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
MOST_VALUES, _MOST_WILDCARDS = 5, 6
_LONGEST = 128


class _Patterns:
    """A pattern, or a list of patterns, of one form; kept as a tuple."""

    def __init__(self, pattern: str, words: str, help: str) -> None:
        self.form = Form(pattern, words, help, _LONGEST)

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        one = {"type": "string", "pattern": f"^(?:{self.form.pattern})$", "maxLength": _LONGEST}
        many = {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_VALUES, "uniqueItems": True}
        return with_error_message({"anyOf": [one, many]}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return f"{self.form.in_words()}; or a list of them, 1 to {MOST_VALUES}, none twice"

    def check(self, value: object) -> tuple[str, ...]:
        """The patterns as a tuple; an error when one has another form."""
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        for each in values:
            if not isinstance(each, str):
                raise fault(Code.WRONG_TYPE, f"is neither {self.form.words} nor a list of them", self.form.help)
            self.form.check(each)
        if not 1 <= len(values) <= MOST_VALUES:
            message = f"has {plural(len(values), 'items')}"
            raise fault(Code.OUT_OF_RANGE, message, f"write 1 to {MOST_VALUES}, or a service for some of them")
        if repeated := [each for n, each in enumerate(values) if each in values[:n]]:
            raise fault(Code.WRONG_FORM, f"{shorten(str(repeated[0]))!r} is a duplicate", "keep one of the two")
        return tuple(map(str, values))


_PATH = _Patterns(
    r"""/[A-Za-z0-9_.$/~"'@:+&*?-]*""",
    "a path pattern",
    "start it with a slash, as in /app/*; * matches any characters, ? any one",
)
_LABEL = "[a-z0-9*?-]+"
_HOST = _Patterns(
    rf"(?:{_LABEL}\.)+[a-z]+",
    "a host name or a pattern of one",
    "write it in lower case, as in www.example.com or *.example.com",
)


class Route(Section):
    """Which requests the service gets: those of a path, of a host, or of both together."""

    path: Annotated[tuple[str, ...] | None, _PATH] = Field(None, examples=["/app/*"])
    """Path patterns, one of which a request's path matches; upper and lower case differ."""
    host: Annotated[tuple[str, ...] | None, _HOST] = Field(None, examples=["www.example.com"])
    """Host names, one of which a request is for; `domain` covers each of them."""

    @model_validator(mode="after")
    def _limits(self) -> Route:
        values = (*(self.path or ()), *(self.host or ()))
        if not values:
            raise fault(Code.MISSING_KEY, "has neither path nor host", "add path, as in /app/*, or remove route")
        wildcards = sum(len(re.findall(r"[*?]", value)) for value in values)
        if len(values) > MOST_VALUES or wildcards > _MOST_WILDCARDS:
            message = f"has {plural(len(values), 'patterns')} with {plural(wildcards, 'wildcards')}"
            help = f"a listener's rule takes {MOST_VALUES} patterns with {_MOST_WILDCARDS} wildcards: remove some"
            raise fault(Code.OUT_OF_RANGE, message, help, *(["path"] if self.path else []), "host")
        return self


def covers(pattern: str, other: str) -> bool:
    """Whether a pattern matches all that another one, or a text, stands for."""
    parts = {"*": ".*", "?": "[^*]"}
    return bool(re.fullmatch("".join(parts.get(part, re.escape(part)) for part in pattern), other, re.S))
