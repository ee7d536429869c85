"""The language as data: what each key means, its type and limits in words, its default and an example.

Everything is read from the models in config/, so that a key is defined in one place: the docstring below the field is
its description, the type describes its limits (`in_words`), default and examples are in the field. Docstrings are read
from the source only here: at every start they would take as much time as the rest of the models.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Any

from annotated_types import MaxLen, MinLen
from pydantic import AfterValidator, BeforeValidator

from blogstack.config import Config
from blogstack.config.fields import Field, Kind, Type, fields_of, keys_to_write, walk
from blogstack.config.marks import OnlyWith
from blogstack.config.types import Duration, Minutes, Section, check_unique
from blogstack.records import Record
from blogstack.source.document import Data, KeyPath
from blogstack.words import dotted, plural

_PARSING = Lock()
"""Python 3.11 must not parse in two threads at once (https://github.com/python/cpython/issues/106905)."""

EXAMPLE_NAME = "example"
"""In an example, the name of a key that the user chooses."""


class Key(Record, kw_only=True):
    """A key of the language.

    Attributes:
        path: Its path; 0 for any item of a list, NAME for a key that the user chooses.
        description: What it means.
        takes: Its type and limits, in words.
        required: Whether its mapping must have it.
        default: As it is written in a file; None also where the default depends on other keys, as the description says.
        example: As it is written in a file; None if there is none.
        section: The model of the mapping that it holds, or of those in its list or mapping.
    """

    path: KeyPath
    description: str
    takes: str
    required: bool
    default: Data
    example: Data
    section: type[Section] | None

    @property
    def name(self) -> str:
        """The path as a person writes it."""
        return dotted(self.path).replace("[0]", "[]")


@cache
def keys(model: type[Section] = Config) -> tuple[Key, ...]:
    """Every key of a model and of those inside it, in order, each before what it holds."""
    return tuple(
        Key(
            path=field.path,
            description=_description(field),
            takes=in_words(field.type),
            required=field.required,
            default=None if field.required else _as_written(field.info.default, field.type),
            example=_example(field),
            section=field.type.section,
        )
        for field in walk(model)
    )


def _description(field: Field) -> str:
    """The field's docstring, after the strategies that the key belongs to."""
    with _PARSING:
        text = _docstrings(field.model)[field.name]
    only = field.type.find(OnlyWith)
    return f"{', '.join(only.strategies)}: {text[0].lower()}{text[1:]}" if only else text


@cache
def _docstrings(model: type[Section]) -> Mapping[str, str]:
    """The docstrings below the fields of a model, and of those that it extends; a paragraph is a line."""
    texts: dict[str, str] = {}
    for base in model.__bases__:
        if issubclass(base, Section) and base is not Section:
            texts |= _docstrings(base)
    (tree,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(tree, ast.ClassDef)
    for statement, text in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(text, ast.Expr):
            assert isinstance(statement.target, ast.Name)
            assert isinstance(text.value, ast.Constant)
            paragraphs = inspect.cleandoc(str(text.value.value)).split("\n\n")
            texts[statement.target.id] = "\n\n".join(" ".join(each.split("\n")) for each in paragraphs)
    return MappingProxyType(texts)


def in_words(type: Type) -> str:
    """A type and its limits in words."""
    null = "null or " if type.nullable else ""
    if words := next((item.in_words() for item in type.metadata if hasattr(item, "in_words")), None):
        return null + str(words) + _size(type, "characters")
    match type.kind:
        case Kind.UNION:
            return null + " or ".join(map(in_words, type.inner))
        case Kind.LIST:
            validators = [item.func for item in type.metadata if isinstance(item, AfterValidator)]
            once = ", without duplicates" if check_unique in validators else ""
            return f"{null}list{_size(type, 'items')}{once}; each item: {in_words(type.inner[0])}"
        case Kind.MAPPING:
            key, value = type.inner
            each = "" if Any in (key.python, value.python) else f"; each key: {in_words(key)}"
            each += f"; each value: {in_words(value)}" if each else ""
            return f"{null}mapping{_size(type, 'keys')}{each}"
        case Kind.CHOICE:
            texts = list(map(str, type.choices))
            return null + (f"one of {', '.join(texts)}" if len(texts) > 1 else texts[0])
    before = type.find(BeforeValidator)
    return (
        null
        + _PLAIN.get(before.json_schema_input_type if before else type.python, "mapping")
        + _size(type, "characters")
    )


def bare(text: str) -> str:
    """YAML without the quotes that this language does not need, because only whole numbers are read as numbers."""
    return re.sub(r'"(\d[\w.]*[a-z./][\w.]*)"', r"\1", text)


_PLAIN: dict[object, str] = {
    str: "string",
    str | int | float: "string",
    str | int | float | bool: "string, number, true or false",
    int: "whole number",
    bool: "true or false",
}


def _size(type: Type, unit: str) -> str:
    low = max((item.min_length for item in type.metadata if isinstance(item, MinLen)), default=0)
    high = min((item.max_length for item in type.metadata if isinstance(item, MaxLen)), default=0)
    if low and high:
        return f", {low} to {plural(high, unit)}"
    if low:
        return f", at least {plural(low, unit)}"
    return f", at most {plural(high, unit)}" if high else ""


def _as_written(value: object, type: Type) -> Any:  # noqa: ANN401 (the key's type)
    """A value of a model as it is written in a file."""
    if isinstance(value, Section):
        return {}
    if isinstance(value, tuple):
        return list(value)
    duration = type.find(Duration) or type.find(Minutes)
    return duration.written(value) if duration and isinstance(value, int) else value


def _example(field: Field) -> Any:  # noqa: ANN401 (the key's type)
    """A key's example: the field's, else a choice that is not the default, the default, or keys of its section."""
    if field.info.examples:
        return field.info.examples[0]
    if field.type.python is bool:
        return not field.info.default
    if choices := field.type.choices:
        return next((choice for choice in reversed(choices) if choice != field.info.default), choices[0])
    default = None if field.required else _as_written(field.info.default, field.type)
    if default not in (None, {}, []):
        return default
    return _inside(field.type) if field.type.section else None


def _inside(type: Type) -> Any:  # noqa: ANN401 (the key's type)
    """An example of a section: its required keys, or the first that has an example."""
    assert type.section
    known = {name: _example(field) for name, field in fields_of(type.section).items()}
    examples = {name: example for name, example in known.items() if example is not None}
    needed = {name: examples[name] for name in keys_to_write(type.section) if name in examples}
    inside: Any = needed or dict(list(examples.items())[:1])
    for step in reversed(type.steps):
        inside = [inside] if step == 0 else {EXAMPLE_NAME: inside}
    return inside or None
