"""pydantic's errors in the words of the language: one diagnostic each, at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic_core import ErrorDetails

from blogstack.config import Config
from blogstack.config.types import BARE_NUMBER, Section
from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.source.document import Data, Document, KeyPath
from blogstack.source.environments import ENVIRONMENTS
from blogstack.words import did_you_mean, dotted, plural, shorten

MOST_SHOWN = 100
"""The most errors that one file is told of: beyond it, it is another kind of file."""

_EXPECTED = {
    "int_type": "a whole number",
    "string_type": "a text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_SHORT = 60
_MOST_HOMES = 3  # a key of more sections says nothing about where it was meant to be
_MOST_DIGITS = 18  # more are read as a text
_TRUE, _FALSE = ("true", "yes", "on", "y"), ("false", "no", "off", "n")


def explained(document: Document, data: Data, found: list[ErrorDetails]) -> tuple[Diagnostic, ...]:
    """The errors of a document, whose plain data is `data`, as the user should read them."""
    shown = [_explain(document, data, details) for details in _one_per_cause(found[:MOST_SHOWN])]
    if (more := len(found) - MOST_SHOWN) > 0:
        message = f"{plural(more, 'more errors')} {'is' if more == 1 else 'are'} not shown"
        help = "mend the first ones, and the rest are shown; or is this no blogstack.yaml?"
        shown.append(Diagnostic(Code.MORE_ERRORS, message, help=help))
    return tuple(shown)


def left_empty(document: Document) -> Iterator[tuple[KeyPath, str, str]]:
    """The keys with nothing behind the colon, each with a message and the remedy.

    YAML reads null, which some keys accept, so validation alone would let them pass.
    """
    for path in document.empties():
        within = path[2:] if path[0] == ENVIRONMENTS else path
        try:
            section = _mapping_at(within)
        except KeyError:  # what is unknown is told by itself
            continue
        help = "write null if that is meant, or remove the key"
        if section:
            needed = [name for name, field in section.model_fields.items() if field.is_required()]
            keys = f"its keys below it, indented: {', '.join(needed)}" if needed else "`{}` for its defaults"
            help = f"write {keys}; or null for none"
        if within:  # an environment may be empty
            yield path, f"{dotted(path)} has no value", help


def _explain(document: Document, data: Data, details: ErrorDetails) -> Diagnostic:
    loc, kind, value = details["loc"], details["type"], details["input"]
    context: dict[str, Any] = details.get("ctx") or {}
    path = path_in(data, loc)
    name, span = dotted(path), document.locate(path)
    inside = f" in {dotted(loc[:-1])}" if len(loc) > 1 else ""
    if loc and loc[-1] == "[key]":
        return Diagnostic(Code.WRONG_FORM, f"{name}: {context['message']}", document.locate_key(path), context["help"])
    if kind == "extra_forbidden":
        return _unknown_key(loc, inside, document.locate_key(path))
    if kind == "missing":
        span = document.locate_missing(loc)
        return Diagnostic(Code.MISSING_KEY, f"the key {loc[-1]!r} is missing{inside}", span, f"add `{loc[-1]}:`")
    if value is None:
        return Diagnostic(Code.WRONG_TYPE, f"{name} has no value", span, _value_help(path))
    if kind in Code.__members__:
        if keys := context["keys"]:
            span = document.first_own([document.locate_key((*path, key)) for key in keys])
        return Diagnostic(Code[kind], _custom(Code[kind], name, value, context["message"]), span, context["help"])
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        near = did_you_mean(value, allowed) if isinstance(value, str) else None
        help = f"did you mean {near!r}?" if near else f"choose {context['expected']}"
        if isinstance(value, str) and value in re.findall(r"\d+", context["expected"]) and not allowed:
            help = BARE_NUMBER
        return Diagnostic(Code.NOT_A_CHOICE, f"{name} cannot be {described(value)}", span, help)
    if kind.endswith(("too_short", "too_long")):
        help = f"at least {context['min_length']}" if "short" in kind else f"at most {context['max_length']}"
        unit = "items" if isinstance(value, list) else "keys" if isinstance(value, dict) else "characters"
        message = f"{name} has {plural(_count(value), unit)}"
        return Diagnostic(Code.OUT_OF_RANGE, message, document.locate_content(path), f"it takes {help}")
    message = f"{name} must be {_EXPECTED[kind]}, not {described(value)}"
    # Where the hyphens are missing or too many, as editors see it.
    return Diagnostic(Code.WRONG_TYPE, message, document.locate_content(path), _type_help(kind, path, value))


def _one_per_cause(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without those that only follow from another: a misspelt key is missing, a faulty item not counted."""
    misspelt = {path for details in found if details["type"] == "extra_forbidden" for path in meant(details["loc"])}
    return [
        details
        for details in found
        if not (details["type"] == "missing" and details["loc"] in misspelt)
        and not (details["type"] == "too_short" and _count(details["input"]) >= details["ctx"]["min_length"])
    ]


def _count(value: object) -> int:
    """How many items, keys or characters; a number counts as the text it was written as."""
    return len(value if isinstance(value, list | dict) else str(value))


def path_in(data: Data, loc: KeyPath) -> KeyPath:
    """The part of an error's place that leads through the data: pydantic ends some with marks of its own."""
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


def described(value: object) -> str:
    """A value of the file in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int():
            return f"the number {value}"
        case str():
            return f"the text {shorten(value)!r}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def section_at(path: KeyPath) -> type[Section]:
    """The model of the mapping at a key path."""
    section = _mapping_at(path)
    assert section
    return section


def _mapping_at(path: KeyPath) -> type[Section] | None:
    """The model of the mapping at a key path; None for a mapping of the user's own keys."""
    model: type[Section] | None = Config
    inner: type[Section] | None = None  # in a mapping of the user's own keys: the model of its values
    for step in path:
        if isinstance(step, int):
            continue
        if model is None:
            model, inner = inner, None
        else:
            annotation = model.model_fields[step].annotation
            found = next(sections(annotation), None)
            model, inner = (None, found) if get_origin(annotation) is dict else (found, None)
    return model


def sections(annotation: object) -> Iterator[type[Section]]:
    """The models inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for inner in get_args(annotation):
        yield from sections(inner)


def _unknown_key(loc: KeyPath, inside: str, span: Span) -> Diagnostic:
    key, known = str(loc[-1]), section_at(loc[:-1]).model_fields
    others = meant(loc)
    if loc == ("services",):
        help = "this looks like a Compose file: `blogstack init` writes a blogstack.yaml to start from"
    elif not others:
        help = f"known here: {', '.join(known)}"
    elif others[0][-1] != key:
        help = f"did you mean {others[0][-1]!r}?"
    else:
        homes = [f"in {dotted(path[:-1])}" if path[:-1] else "at the top level" for path in others]
        help = f"it belongs {' or '.join(homes)}"
    return Diagnostic(Code.UNKNOWN_KEY, f"unknown key {shorten(key)!r}{inside}", span, help)


def meant(loc: KeyPath) -> tuple[KeyPath, ...]:
    """What an unknown key may have been meant to be: one of that name elsewhere, or of nearly that name here."""
    key = str(loc[-1])
    homes = tuple((*path, key) for path in _homes(Config, key) if path != ("overrides",))
    near = did_you_mean(key, section_at(loc[:-1]).model_fields)
    if near and not 1 <= len(homes) <= _MOST_HOMES:
        return ((*loc[:-1], near),)
    return homes


def _homes(model: type[Section], key: str, at: KeyPath = ()) -> Iterator[KeyPath]:
    """The sections that know a key; not those below names of the user's own, of which there is none or many."""
    if key in model.model_fields:
        yield at
    for name, field in model.model_fields.items():
        for section in sections(field.annotation) if get_origin(field.annotation) is not dict else ():
            yield from _homes(section, key, (*at, name))


def _custom(code: Code, name: str, value: object, message: str) -> str:
    match code:
        case Code.WRONG_TYPE:
            return f"{name} {message}: {described(value)}"
        case Code.OUT_OF_RANGE:
            return f"{name} is out of range: {message}"
        case Code.EXCLUSIVE:
            return message
        case _:
            return f"{name}: {message}"


def _type_help(kind: str, path: KeyPath, value: object) -> str:
    text = value if isinstance(value, str) else ""
    match kind:
        case "bool_type" if text in ("true", "false"):
            return f"write {text} without quotes"
        case "bool_type" if text.lower() in (*_TRUE, *_FALSE):
            return f"write {str(text.lower() in _TRUE).lower()}"
        case "int_type" if text.isdecimal():
            return BARE_NUMBER if len(text) <= _MOST_DIGITS else "choose a smaller number"
        case "int_type" if re.fullmatch(r"\d+\s*\D+", text):
            return "write the number without its unit"
        case "string_type" if isinstance(value, bool):
            return "put it in quotes if it is meant as a text"
        case "tuple_type" if isinstance(value, dict):
            return "start each item with `- `"
        case "tuple_type" if len(text) <= _SHORT and re.fullmatch(r"[\w/](?:[\w./:-]*\w)?", text):
            return f"write [{text}]"
        case "tuple_type" if len(text) <= _SHORT and re.fullmatch(r"[^\s\"\\]+", text):
            return f'write ["{text}"]'
        case "tuple_type":
            return "write a list, as in [a, b], or each item on a line of its own after `- `"
        case "dict_type":
            return "write `key: value` lines below it, without hyphens"
        case "model_type" if (glued := re.match(r"(\w+):\S", text)) and glued[1] in section_at(path).model_fields:
            return "write a space after the colon"
        case "model_type":
            return f"write its keys below it: {', '.join(section_at(path).model_fields)}"
    return f"write {_EXPECTED[kind]}"


def _value_help(path: KeyPath) -> str:
    """What to do about a value that is not there."""
    if isinstance(path[-1], int):
        return "give it a value, or remove the item"
    parent = _mapping_at(path[:-1])
    if parent is None:
        return 'give it a value; "" is an empty text'
    if parent.model_fields[str(path[-1])].is_required():
        return "give it a value"
    return "give it a value, or remove the key to get the default"
