"""The block of every key in the reference, generated from the models: default or example, and description."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from blogstack.config import Config
from blogstack.config.fields import Field, Kind, Type, fields_of
from blogstack.config.marks import InTemplate
from blogstack.config.reference import Key, bare, keys
from blogstack.source.document import KeyPath
from blogstack.templates.render import flow

Json = dict[str, Any]

_COLUMN = 30
_WIDTH = 120
_MAX_CHOICES = 50  # characters: more are left to `blogstack explain`


def block() -> str:
    """A blogstack.yaml with every key once."""
    known = {key.path: key for key in keys()}
    groups = ["\n".join(_lines(field, field.path, known, "", {})) for field in fields_of(Config).values()]
    text = groups[0]
    for before, group in pairwise(groups):
        text += f"\n\n{group}" if "\n" in before or "\n" in group else f"\n{group}"
    return text + "\n"


def _lines(field: Field, path: KeyPath, known: Mapping[KeyPath, Key], lead: str, example: Json) -> Iterator[str]:
    """The lines of a key and of those inside it.

    Args:
        field: The key.
        path: Its path.
        known: What the reference says about every key.
        lead: What its first line begins with: indentation, and a hyphen in front of the first key of a list's item.
        example: An example of its mapping; a value of it comes before the default.
    """
    key = known[path]
    absent = not key.required and field.info.default in (None, (), {})
    value: Any = example.get(field.name, key.example if absent or key.required else key.default)
    is_example = not key.required and value is not None and (absent or field.name in example)
    comment = _comment(key, field.type, is_example=is_example)
    section = field.type.section
    if section is None or _is_in_template(field.type):
        yield from _value_lines(lead, field.name, value, comment)
        return
    yield from _with_comment(f"{lead}{field.name}:", comment)
    below, inside = " " * (len(lead) + 2), {}
    if field.type.kind is Kind.MAPPING:
        ((name, inside), *_) = value.items()
        yield f"{below}{name}:"
        below += "  "
    if field.type.kind is Kind.LIST:
        inside, below = value[0], below + "- "
    for inner in fields_of(section).values():
        yield from _lines(inner, (*path, *field.type.steps, inner.name), known, below, inside)
        below = " " * len(below)


def _is_in_template(type: Type) -> bool:
    """Whether a value holds parts of a template, by names that the user chooses."""
    return any(inner.find(InTemplate) is not None or _is_in_template(inner) for inner in type.inner)


def _value_lines(lead: str, name: str, value: object, comment: str) -> Iterator[str]:
    """A value on one line; a mapping of several keys, each on its own."""
    if not isinstance(value, dict) or len(value) < 2:
        yield from _with_comment(f"{lead}{name}: {bare(flow(value))}", comment)
        return
    yield from _with_comment(f"{lead}{name}:", comment)
    for key, item in value.items():
        yield f"{' ' * len(lead)}  {key}: {bare(flow(item))}"


def _comment(key: Key, type: Type, *, is_example: bool) -> str:
    """What a line says about its key: how it is used here, its choices, its description."""
    parts = ["required"] if key.required else ["e.g."] if is_example else []
    choices = " | ".join(map(str, type.choices))
    if choices and len(choices) <= _MAX_CHOICES:
        parts.append(choices)
    word, _, rest = key.description.removesuffix(".").partition(" ")
    parts.append(f"{word if word[1:] != word[1:].lower() else word.lower()} {rest}".rstrip())
    return "; ".join(parts)


def _with_comment(text: str, comment: str) -> Iterator[str]:
    """A line with its comment, which continues on the next lines if it is too long."""
    start = f"{text:<{_COLUMN}}" if len(text) < _COLUMN else f"{text}   "
    if len(start) > _WIDTH - _COLUMN:  # no room for a sentence
        yield text
        start = " " * _COLUMN
    first, *others = textwrap.wrap(comment, _WIDTH - 2, initial_indent=start, subsequent_indent=" " * _COLUMN)
    yield f"{start}# {first[len(start) :]}"
    for line in others:
        yield f"{' ' * _COLUMN}# {line[_COLUMN:]}"
