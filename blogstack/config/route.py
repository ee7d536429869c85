"""The key `services.NAME.route`: which requests a further service gets.

The kinds of patterns: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from blogstack.config.types import Form, JsonSchema, Section, fault, with_error_message
from blogstack.diagnostics import Code
from blogstack.words import plural, shorten

# Values, and wildcards in them, of all conditions of a rule:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
MAX_VALUES, _MAX_WILDCARDS = 5, 6
_LONGEST = 128
_ANY = ("*",)


class _Patterns:
    """A pattern, or a list of patterns, of one form; kept as a tuple."""

    def __init__(self, pattern: str, words: str, help: str) -> None:
        self.form = Form(pattern, words, help, _LONGEST)

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        one = {"type": "string", "pattern": f"^(?:{self.form.pattern})$", "maxLength": _LONGEST}
        many = {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_VALUES, "uniqueItems": True}
        return with_error_message({"anyOf": [one, many]}, self.in_words())

    def in_words(self) -> str:
        """The type and its limits."""
        return f"{self.form.in_words()}; or a list of 1 to {MAX_VALUES} of them, without duplicates"

    def check(self, value: object) -> tuple[str, ...]:
        """The patterns as a tuple; an error when one does not have the form."""
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        for each in values:
            if not isinstance(each, str):
                raise fault(Code.WRONG_TYPE, f"is neither {self.form.words} nor a list of them", self.form.help)
            self.form.check(each)
        if not 1 <= len(values) <= MAX_VALUES:
            message = plural(len(values), "items")
            raise fault(Code.OUT_OF_RANGE, message, f"write 1 to {MAX_VALUES}, or move some to another service")
        if repeated := [each for n, each in enumerate(values) if each in values[:n]]:
            raise fault(Code.WRONG_FORM, f"{shorten(str(repeated[0]))!r} is a duplicate", "keep one of the two")
        return tuple(map(str, values))


_PATH = _Patterns(
    r"""/[A-Za-z0-9_.$/~"'@:+&*?-]*""",
    "a path pattern",
    "start it with a slash, as in /app/*, which also matches /app; * is any text, ? any one character",
)
_LABEL = "[a-z0-9*?-]+"
_HOST = _Patterns(
    rf"(?:{_LABEL}\.)+[a-z]+",
    "a host name or pattern",
    "write it in lower case, as in www.example.com or *.example.com",
)


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HttpHeaderConditionConfig.html
# Only those of HTTP's characters that need no quotes in the printed commands.
_HeaderName = Annotated[
    str,
    Form(
        r"(?![Hh][Oo][Ss][Tt]$)[A-Za-z0-9_.-]+",
        "a header's name",
        "write it without a wildcard, as in X-Version; the header Host is the key `host`",
        40,
    ),
]
_HEADER = _Patterns(
    r"[ !#%&(-Z\[\]^_a-~]+",
    "a header value or pattern",
    'write it in quotes, as in "2" or "beta*"; * is any text, ? any one character',
)


class Route(Section):
    """Which requests the service gets: by path, host or header, or by several of these together."""

    ONE_NEEDED: ClassVar = ("path", "host", "header")

    path: Annotated[tuple[str, ...] | None, _PATH] = Field(None, examples=["/app/*"])
    """Path patterns, one of which the request's path must match, case included; /app/* also matches /app."""
    host: Annotated[tuple[str, ...] | None, _HOST] = Field(None, examples=["www.example.com"])
    """Host names or patterns, one of which the request's host must match; `domain` must cover each of them."""
    header: dict[_HeaderName, Annotated[tuple[str, ...], _HEADER]] = Field(
        {}, max_length=MAX_VALUES, examples=[{"X-Version": "2"}]
    )
    """Headers that the request must have, each with one of the values or patterns; case does not matter."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The patterns of `path` for the load balancer: /app is added to /app/*, and each is there once."""
        with_parents = ((each[:-2], each) if re.fullmatch(r".+/\*", each) else (each,) for each in self.path or ())
        return tuple(dict.fromkeys(pattern for patterns in with_parents for pattern in patterns))

    def combinations(self) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """One pattern of hosts, one of paths and one of each header at a time."""
        for values in itertools.product(*self.header.values()):
            headers = dict(zip(self.header, values, strict=True))
            # The patterns as the user wrote them, without the /app that is added for /app/*.
            for host, path in itertools.product(self.host or _ANY, self.path or _ANY):
                yield host, path, headers

    def takes(self, host: str, path: str, headers: Mapping[str, str]) -> bool:
        """Whether it matches every request that a pattern of hosts, one of paths and those of headers match."""
        # Every path begins with a slash.
        paths = ["*" if each == "/*" else each for each in self.paths or _ANY]
        has = {name.lower(): value.lower() for name, value in headers.items()}
        by_header = all(
            name.lower() in has and any(covers(each.lower(), has[name.lower()]) for each in values)
            for name, values in self.header.items()
        )
        by_host = any(covers(each, host) for each in self.host or _ANY)
        return by_header and by_host and any(covers(each, path) for each in paths)

    def hides(self, other: Self) -> bool:
        """Whether another route gets no requests when this one is evaluated first."""
        return all(self.takes(*each) for each in other.combinations())

    @model_validator(mode="after")
    def _limits(self) -> Self:
        keys = [key for key in self.ONE_NEEDED if getattr(self, key)]
        if not keys:
            message, help = "has neither path nor host nor header", "add path, as in /app/*, or remove route"
            raise fault(Code.MISSING_KEY, message, help)
        names = [name.lower() for name in self.header]
        if repeated := [name for n, name in enumerate(self.header) if name.lower() in names[:n]]:
            message = f"duplicate header {repeated[0]}: the case of a header's name does not matter"
            raise fault(Code.WRONG_FORM, message, f"write one list: {repeated[0]}: [...]", "header")
        values = [*self.paths, *(self.host or ()), *(value for values in self.header.values() for value in values)]
        wildcards = sum(len(re.findall(r"[*?]", value)) for value in values)
        if len(values) > MAX_VALUES or wildcards > _MAX_WILDCARDS:
            message = f"{plural(len(values), 'patterns')} with {plural(wildcards, 'wildcards')}"
            help = f"a listener rule has at most {MAX_VALUES} patterns with {_MAX_WILDCARDS} wildcards: remove some"
            if len(self.paths) > len(self.path or ()):
                help += "; /app/* counts as two, as it also matches /app, and /app/?* counts as one"
            raise fault(Code.OUT_OF_RANGE, message, help, *keys)
        return self


def covers(pattern: str, other: str) -> bool:
    """Whether a pattern matches everything that another pattern, or a text, matches."""
    parts = {"*": ".*", "?": "[^*]"}
    return bool(re.fullmatch("".join(parts.get(part, re.escape(part)) for part in pattern), other, re.S))
