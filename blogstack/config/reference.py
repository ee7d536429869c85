"""The language as data: what each key means, its type and limits in words, its default and an example.

Everything is read from the models in config/, so that a key has one place: the docstring below the field is its
description, the types say their limits themselves (`in_words`), defaults and examples are the field's own. Docstrings
are read from the source only here: at every start they would cost as much time as the rest of the models.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import MaxLen, MinLen
from pydantic import AfterValidator, BeforeValidator
from pydantic.fields import FieldInfo

from blogstack.config import Config
from blogstack.config.errors import sections
from blogstack.config.types import Duration, Minutes, Section, unique
from blogstack.source.document import Data, KeyPath
from blogstack.words import dotted, plural

NAME = "NAME"
"""Stands in a path for a key that the user chooses."""
EXAMPLE_NAME = "example"
"""Stands for it in an example."""


class Key(NamedTuple):
    """A key of the language.

    Attributes:
        path: Where it stands; 0 stands for the items of a list, NAME for a key that the user chooses.
        description: What it means.
        takes: Its type and limits, in words.
        required: Whether its mapping cannot be without it.
        default: As it would be written; None also where the default depends on other keys, as the description says.
        example: As it would be written; None where there is none.
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


def keys(model: type[Section] = Config, at: KeyPath = ()) -> Iterator[Key]:
    """Every key of a model and of those inside it, in order, each before what it holds."""
    texts = descriptions(model)
    for name, field in model.model_fields.items():
        section, required = next(sections(field.annotation), None), field.is_required()
        yield Key(
            (*at, name),
            texts[name],
            in_words(field.annotation, field.metadata),
            required,
            None if required else _written(field.default, field.annotation, field.metadata),
            _example(model, name),
            section,
        )
        if section:
            yield from keys(section, (*at, name, *_between(field.annotation)))


def descriptions(model: type[Section]) -> dict[str, str]:
    """What each key of a mapping means: the docstrings below the model's fields."""
    (tree,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            assert isinstance(text.value, ast.Constant)
            found[field.target.id] = inspect.cleandoc(str(text.value.value))
    return found


def in_words(annotation: object, metadata: Iterable[object] = ()) -> str:
    """A type and its limits in words.

    Args:
        annotation: The type, as in a model.
        metadata: What stands beside it in `Annotated`, or in the model's field.
    """
    annotation, own = _bare(annotation, metadata)
    kind, inner = get_origin(annotation), get_args(annotation)
    if told := [item.in_words() for item in own if hasattr(item, "in_words")]:
        return str(told[0]) + _size(own, "characters")
    if kind in _UNIONS:
        choices = ["null"] * (NoneType in inner) + [in_words(choice, own) for choice in inner if choice is not NoneType]
        return " or ".join(choices)
    if kind is tuple:
        once = ", none twice" if any(isinstance(item, AfterValidator) and item.func is unique for item in own) else ""
        return f"list{_size(own, 'items')}{once}; each item: {in_words(inner[0])}"
    if kind is dict:
        each = "" if Any in inner else f"; each key: {in_words(inner[0])}; each value: {in_words(inner[1])}"
        return f"mapping{_size(own, 'keys')}{each}"
    if kind is Literal:
        return f"one of {', '.join(map(str, inner))}" if len(inner) > 1 else str(inner[0])
    taken = next((item.json_schema_input_type for item in own if isinstance(item, BeforeValidator)), annotation)
    return _PLAIN.get(taken, "mapping") + _size(own, "characters")


def bare(text: str) -> str:
    """YAML without the quotes that this language, in which only whole numbers are no text, does not need."""
    return re.sub(r'"(\d[\w.]*[a-z./][\w.]*)"', r"\1", text)


_UNIONS = (Union, UnionType)
_PLAIN: dict[object, str] = {
    str: "text",
    str | int | float: "text",
    str | int | float | bool: "text, number, true or false",
    int: "whole number",
    bool: "true or false",
}


def _bare(annotation: object, metadata: Iterable[object]) -> tuple[object, list[object]]:
    """A type without what stands beside it, and all of that in one list."""
    own = [part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
    if get_origin(annotation) is Annotated:
        inner, *beside = get_args(annotation)
        return _bare(inner, [*beside, *own])
    return annotation, own


def _size(metadata: Iterable[object], unit: str) -> str:
    low = max((item.min_length for item in metadata if isinstance(item, MinLen)), default=0)
    high = min((item.max_length for item in metadata if isinstance(item, MaxLen)), default=0)
    if low and high:
        return f", {low} to {plural(high, unit)}"
    return f", at least {plural(low, unit)}" if low else f", at most {plural(high, unit)}" if high else ""


def _between(annotation: object) -> KeyPath:
    """What stands in a path between a key and those of the mappings that it holds."""
    annotation, _ = _bare(annotation, ())
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind in _UNIONS:
        return next((_between(choice) for choice in inner if next(sections(choice), None)), ())
    if kind is tuple:
        return (0, *_between(inner[0]))
    return (NAME, *_between(inner[1])) if kind is dict else ()


def _written(value: object, annotation: object, metadata: Iterable[object]) -> Any:  # noqa: ANN401 (a key's own type)
    """A value of a model as it would be written in the file."""
    if isinstance(value, Section):
        return {}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, int) and not isinstance(value, bool) and (duration := _duration(annotation, metadata)):
        return duration.written(value)
    return value


def _duration(annotation: object, metadata: Iterable[object]) -> Duration | Minutes | None:
    annotation, own = _bare(annotation, metadata)
    for item in own:
        if isinstance(item, Duration | Minutes):
            return item
    for choice in get_args(annotation) if get_origin(annotation) in _UNIONS else ():
        if duration := _duration(choice, ()):
            return duration
    return None


def _example(model: type[Section], name: str) -> Any:  # noqa: ANN401 (a key's own type)
    """A key's example: the field's own, else another choice than the default, the default, or keys of its section."""
    field = model.model_fields[name]
    if field.examples:
        return field.examples[0]
    if field.annotation is bool:
        return not field.default
    if get_origin(field.annotation) is Literal:
        choices = get_args(field.annotation)
        return next((choice for choice in reversed(choices) if choice != field.default), choices[0])
    default = None if field.is_required() else _written(field.default, field.annotation, field.metadata)
    if default not in (None, {}, []):
        return default
    if section := next(sections(field.annotation), None):
        return _inside(section, _between(field.annotation))
    return None


def _inside(section: type[Section], between: KeyPath) -> Any:  # noqa: ANN401 (a key's own type)
    """An example of a section: its required keys, or the first that has an example."""
    known = {name: _example(section, name) for name in section.model_fields}
    given = {name: value for name, value in known.items() if value is not None}
    needed = {name: value for name, value in given.items() if section.model_fields[name].is_required()}
    inside: Any = needed or dict(list(given.items())[:1])
    for step in reversed(between):
        inside = [inside] if step == 0 else {EXAMPLE_NAME: inside}
    return inside or None
