"""pydantic's errors in the words of the language: one diagnostic each, at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic_core import ErrorDetails

from blogstack.config import Config, remedies
from blogstack.config.fields import Kind, fields_of, merge_rules, type_at, walk
from blogstack.config.types import BARE_NUMBER, Form, Whole
from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.source.document import NAME, Data, Document, KeyPath
from blogstack.words import did_you_mean, dotted, plural, shorten

MAX_ERRORS = 100
"""Errors reported for one file; a file with more is probably no blogstack.yaml."""

_EXPECTED = {
    "int_type": "a whole number",
    "string_type": "a string",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_LIMITS = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"}
_SHORT = 60
_MAX_HOMES = 3  # a key that is in more sections does not show which of them was intended
_MAX_DIGITS = 18  # a longer number is read as a string
_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


def to_diagnostics(document: Document, data: Data, errors: list[ErrorDetails]) -> tuple[Diagnostic, ...]:
    """pydantic's errors as diagnostics; `data`: the plain data of the document."""
    shown = [
        _to_diagnostic(document, data, details) for details in _without_consequences(document, errors[:MAX_ERRORS])
    ]
    if (more := len(errors) - MAX_ERRORS) > 0:
        message = f"{plural(more, 'more errors')} {'is' if more == 1 else 'are'} not shown"
        help = "fix the errors above first, and check that this is a blogstack.yaml"
        shown.append(Diagnostic(Code.MORE_ERRORS, message, help=help))
    return tuple(shown)


def _to_diagnostic(document: Document, data: Data, details: ErrorDetails) -> Diagnostic:
    loc, kind, value = details["loc"], details["type"], details["input"]
    context: dict[str, Any] = details.get("ctx") or {}
    path = path_in(data, loc)
    name, span = dotted(path), document.locate(path)
    inside = f" in {dotted(loc[:-1])}" if len(loc) > 1 else ""
    if loc[-1:] == ("[key]",) and kind in Code.__members__:
        return Diagnostic(Code.WRONG_FORM, f"{name}: {context['message']}", document.locate_key(path), context["help"])
    if kind == "extra_forbidden":
        return _unknown_key(loc, inside, document.locate_key(path), in_environment=document.origin(path) is not None)
    if kind == "missing":
        span = document.locate_missing(loc)
        return Diagnostic(Code.MISSING_KEY, f"the key {loc[-1]!r} is missing{inside}", span, f"add `{loc[-1]}:`")
    if value is None:
        return Diagnostic(Code.WRONG_TYPE, f"{name} has no value", span, _value_help(path))
    if kind in Code.__members__:
        return _raised(document, path, Code[kind], value, context)
    expected = type_at(Config, path)
    if kind == "literal_error" and expected and expected.choices:
        message = f"{name}: {describe(value)} is not supported"
        return Diagnostic(Code.NOT_A_CHOICE, message, span, _choice_help(expected.choices, value))
    if kind in _LIMITS and expected and (limits := expected.find(Whole)):
        message = f"{name} is out of range: {plural(value, limits.unit)}"
        return Diagnostic(Code.OUT_OF_RANGE, message, span, f"choose {limits.limits()}{remedies.for_limits(path)}")
    if kind.endswith(("too_short", "too_long")):
        help = f"at least {context['min_length']}" if "short" in kind else f"at most {context['max_length']}"
        unit = "items" if isinstance(value, list) else "keys" if isinstance(value, dict) else "characters"
        message = f"{name} has {plural(_count(value), unit)}"
        return Diagnostic(
            Code.OUT_OF_RANGE,
            message,
            document.locate_content(path),
            f"{help} required" if "least" in help else f"{help} allowed",
        )
    if kind in _EXPECTED:
        message = f"{name} must be {_EXPECTED[kind]}, not {describe(value)}"
        # The place of the content, where hyphens are missing or superfluous; editors mark the same place.
        form = expected.find(Form) if expected else None
        if form and isinstance(value, list):
            help = f"write one value, without hyphens or brackets: {form.words}"
        else:
            help = _type_help(kind, path, value)
        return Diagnostic(Code.WRONG_TYPE, message, document.locate_content(path), help)
    code = Code.OUT_OF_RANGE if kind in _LIMITS else Code.WRONG_TYPE
    return Diagnostic(code, f"{name}: {details['msg']}", span, f"for details: `blogstack explain {name}`")


def _raised(document: Document, path: KeyPath, code: Code, value: object, context: dict[str, Any]) -> Diagnostic:
    """The diagnostic of an error that a validator raised, made by `fault`."""
    message, help, keys = context["message"], context["help"], context["keys"]
    span = document.locate(path)
    if keys and code is Code.MISSING_KEY:
        span = document.locate_missing((*path, *keys))
    elif keys:
        span = document.locate_key(document.first_of_environment([(*path, key) for key in keys]))
    name = dotted(path)
    match code:
        case Code.WRONG_TYPE:
            return Diagnostic(code, f"{name}: {describe(value)} {message}", span, help)
        case Code.OUT_OF_RANGE:
            return Diagnostic(code, f"{name} is out of range: {message}", span, help)
        case Code.EXCLUSIVE:
            return Diagnostic(code, f"{name} {message}", span, help)
    return Diagnostic(code, f"{name}: {message}", span, help)


def _without_consequences(document: Document, errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without those that follow from another.

    A misspelt key is also missing, a faulty item is not counted, and a worker inherits the service's errors.
    """
    misspelt = {
        path for details in errors if details["type"] == "extra_forbidden" for path in guess_key(details["loc"])
    }
    return [
        details
        for details in errors
        if not (details["type"] == "missing" and details["loc"] in misspelt)
        and not _is_inherited(document, details["loc"])
        and not (details["type"] == "too_short" and _count(details["input"]) >= details["ctx"]["min_length"])
    ]


def _is_inherited(document: Document, loc: KeyPath) -> bool:
    """Whether a worker or job inherits a faulty value, which is then reported in the section that it comes from."""
    for inheritance in merge_rules(Config).inheritances:
        if loc[:1] == (inheritance.mapping,) and len(loc) > 2 and loc[2] in inheritance.keys:
            return document.is_same_node(loc, (inheritance.section, *loc[2:]))
    return False


def _count(value: object) -> int:
    """How many items, keys or characters a value has; of a number, its digits as written."""
    return len(value if isinstance(value, list | dict) else str(value))


def path_in(data: Data, loc: KeyPath) -> KeyPath:
    """The part of an error's `loc` that leads through the data: pydantic adds steps such as `[key]` to some."""
    path: list[str | int] = []
    for step in loc:
        if isinstance(data, dict) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            break
        path.append(step)
    return tuple(path)


def describe(value: object) -> str:
    """A value of the file in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return repr(shorten(value))
        case list():
            return "a list"
        case _:
            return "a mapping"


def _keys_at(path: KeyPath) -> list[str]:
    """The keys of the mapping at a key path."""
    section = type_at(Config, path)
    return list(fields_of(section.python)) if section and section.kind is Kind.SECTION else []


def _unknown_key(loc: KeyPath, inside: str, span: Span, *, in_environment: bool) -> Diagnostic:
    key, known = str(loc[-1]), _keys_at(loc[:-1])
    if in_environment:
        shared = {rule.path for rule in merge_rules(Config).shared if rule.unless is None}
        known = [name for name in known if (*loc[:-1], name) not in shared]
    others = guess_key(loc)
    if remedy := remedies.for_unknown_key(loc):
        help = remedy
    elif loc[0] == "overrides" and key == "Type":
        help = "overrides cannot add a resource: deploy your own resources in a separate stack"
    elif not others:
        help = f"known keys: {', '.join(known)}"
    elif others[0][-1] != key:
        help = f"did you mean {others[0][-1]!r}?"
    else:
        outermost = min(map(len, others))  # the others are in sections that few people mean
        nearest = [path[:-1] for path in others if len(path) == outermost]
        homes = [f"in {dotted(home)}" if home else "at the top level" for home in nearest]
        help = f"it belongs {' or '.join(homes)}"
    return Diagnostic(Code.UNKNOWN_KEY, f"unknown key {shorten(key)!r}{inside}", span, help)


def guess_key(loc: KeyPath) -> tuple[KeyPath, ...]:
    """What an unknown key may be meant to be: the keys with its name elsewhere, or one with nearly its name here."""
    key = str(loc[-1])
    homes = tuple(path for path in _paths_of(key) if path[:1] != ("overrides",))
    near = did_you_mean(key, _keys_at(loc[:-1]))
    if near and not 1 <= len(homes) <= _MAX_HOMES:
        return ((*loc[:-1], near),)
    return homes


def _paths_of(key: str) -> Iterator[KeyPath]:
    """The paths of the keys with a name, except those below names that the user chooses, which may be none or many."""
    for field in walk(Config):
        if field.name == key and NAME not in field.path:
            yield tuple(step for step in field.path if step != 0)


def _choice_help(choices: tuple[object, ...], value: object) -> str:
    texts = [choice for choice in choices if isinstance(choice, str)]
    if isinstance(value, str):
        if near := did_you_mean(value, texts):
            return f"did you mean {near!r}?"
        if value in map(str, choices):
            return BARE_NUMBER
    *others, last = map(repr, choices)
    return f"choose {', '.join(others)} or {last}" if others else f"write {last}"


def _type_help(kind: str, path: KeyPath, value: object) -> str:
    text = value if isinstance(value, str) else ""
    match kind:
        case "bool_type" if text in ("true", "false"):
            return f"write {text} without quotes"
        case "bool_type" if text.lower() in (*_TRUE, *_FALSE):
            return f"write {str(text.lower() in _TRUE).lower()}"
        case "int_type" if text.isdecimal():
            return BARE_NUMBER if len(text) <= _MAX_DIGITS else "choose a smaller number"
        case "int_type" if re.fullmatch(r"\d+\s*\D+", text):
            return "write the number without its unit"
        case "string_type" if isinstance(value, bool):
            return "put it in quotes to make it a string"
        case "tuple_type" if path[-1] in ("command", "release") and (words := remedies.command_as_list(text)):
            return f"write {words}"
        case "tuple_type" if isinstance(value, dict):
            return "start each item with `- `"
        case "tuple_type" if len(text) <= _SHORT and re.fullmatch(r"[\w/](?:[\w./:-]*\w)?", text):
            return f"write [{text}]"
        case "tuple_type" if len(text) <= _SHORT and re.fullmatch(r"[^\s\"\\]+", text):
            return f'write ["{text}"]'
        case "tuple_type":
            return "write a list, as in [a, b], or each item on a line of its own after `- `"
        case "dict_type" if remedy := remedies.for_pairs(value):
            return remedy
        case "dict_type":
            return "write `key: value` lines below it, without hyphens"
        case "model_type" if (glued := re.match(r"(\w+):\S", text)) and glued[1] in _keys_at(path):
            return "write a space after the colon"
        case "model_type" if remedy := remedies.for_scalar(path, value):
            return remedy
        case "model_type":
            return f"write its keys below it: {', '.join(_keys_at(path))}"
    return f"write {_EXPECTED[kind]}"


def _value_help(path: KeyPath) -> str:
    """What to do about a missing value."""
    if remedy := remedies.for_null(path):
        return remedy
    if isinstance(path[-1], int):
        return "give it a value, or remove the item"
    parent = type_at(Config, path[:-1])
    if parent is None or parent.kind is not Kind.SECTION:
        return 'give it a value; "" is an empty string'
    if fields_of(parent.python)[str(path[-1])].required:
        return "give it a value"
    return "give it a value, or remove the key to use the default"
