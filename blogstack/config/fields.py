"""The one walk over the models: the type of each key in parts, and the marks on it.

Errors, the reference, the schema, the merge of environments and the strategies of the tests all read the models
through this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from blogstack.config.marks import (
    Atomic,
    Excludes,
    Inherited,
    InheritsFrom,
    InTemplate,
    RequiredUnless,
    Requires,
    Shared,
)
from blogstack.config.types import Section, fault
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.source.document import NAME, KeyPath
from blogstack.source.merging import Inheritance, MergeRules, SharedKey

Mark = TypeVar("Mark")


class Kind(Enum):
    """What a value is in the file."""

    SECTION = auto()
    LIST = auto()
    MAPPING = auto()
    CHOICE = auto()
    UNION = auto()
    SCALAR = auto()


class Type(Record, kw_only=True):
    """A type of the models, taken apart.

    Attributes:
        python: The type without `Annotated` and `None`.
        metadata: Everything that `Annotated` and the field add to it.
        nullable: Whether null is a value.
        inner: The item of a LIST, key and value of a MAPPING, the alternatives of a UNION.
    """

    kind: Kind
    python: Any
    metadata: tuple[object, ...] = ()
    nullable: bool = False
    inner: tuple[Type, ...] = ()

    def find(self, mark: type[Mark]) -> Mark | None:
        """The first item of the metadata that is of a class."""
        return next((item for item in self.metadata if isinstance(item, mark)), None)

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values of a CHOICE; none of another type."""
        return get_args(self.python) if self.kind is Kind.CHOICE else ()

    @property
    def section(self) -> type[Section] | None:
        """The model of the mapping that a value is, or of those in its list or mapping."""
        if self.kind is Kind.SECTION:
            section: type[Section] = self.python
            return section
        return self.inner[-1].section if self.kind in (Kind.LIST, Kind.MAPPING) else None

    @property
    def steps(self) -> KeyPath:
        """The steps of a path from the value to the mappings of `section`: 0 into a list, NAME into a mapping."""
        if self.kind is Kind.LIST:
            return (0, *self.inner[0].steps)
        return (NAME, *self.inner[1].steps) if self.kind is Kind.MAPPING else ()


class Field(Record, kw_only=True):
    """A key of a model.

    Attributes:
        model: The model of the mapping that the key is in.
        path: The key's path: 0 for any item of a list, NAME for a key that the user chooses.
        info: pydantic's description of it.
    """

    model: type[Section]
    path: KeyPath
    info: FieldInfo
    type: Type

    @property
    def name(self) -> str:
        """The key."""
        return str(self.path[-1])

    @property
    def required(self) -> bool:
        """Whether its mapping must have it."""
        return self.info.is_required()


def type_of(annotation: object, *metadata: object) -> Type:
    """Take an annotation apart; `metadata`: what the field adds to it."""
    parts = tuple(part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else (item,)))
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_of(args[0], *args[1:], *parts)
    if origin in (Union, UnionType):
        others = [choice for choice in args if choice is not NoneType]
        nullable = len(others) < len(args)
        if len(others) > 1:
            inner = tuple(map(type_of, others))
            return Type(kind=Kind.UNION, python=annotation, metadata=parts, nullable=nullable, inner=inner)
        one = type_of(others[0], *parts)
        return Type(kind=one.kind, python=one.python, metadata=one.metadata, nullable=nullable, inner=one.inner)
    if origin is Literal:
        return Type(kind=Kind.CHOICE, python=annotation, metadata=parts)
    if origin is tuple:
        return Type(kind=Kind.LIST, python=annotation, metadata=parts, inner=(type_of(args[0]),))
    if origin is dict:
        return Type(kind=Kind.MAPPING, python=annotation, metadata=parts, inner=(type_of(args[0]), type_of(args[1])))
    is_section = isinstance(annotation, type) and issubclass(annotation, Section)
    return Type(kind=Kind.SECTION if is_section else Kind.SCALAR, python=annotation, metadata=parts)


@cache
def fields_of(model: type[Section]) -> Mapping[str, Field]:
    """The keys of a model, by name."""
    return {
        name: Field(model=model, path=(name,), info=info, type=type_of(info.annotation, *info.metadata))
        for name, info in model.model_fields.items()
    }


def walk(model: type[Section], at: KeyPath = ()) -> Iterator[Field]:
    """Every key of a model and of those inside it, in order, each before what it holds; `at`: the model's path."""
    for name, field in fields_of(model).items():
        path = (*at, name)
        yield Field(model=model, path=path, info=field.info, type=field.type)
        if section := field.type.section:
            yield from walk(section, (*path, *field.type.steps))


def type_at(model: type[Section], path: KeyPath) -> Type | None:
    """The type of the value at a path of the file; None inside of a value that the models do not describe.

    Raises:
        KeyError: when a step is not a key of its mapping.
    """
    here: Type | None = type_of(model)
    for step in path:
        if here is None:
            return None
        if here.kind is Kind.SECTION:
            here = fields_of(here.python)[str(step)].type
        elif here.kind is Kind.MAPPING and not isinstance(step, int):
            here = here.inner[1]
        else:
            here = here.inner[0] if here.kind is Kind.LIST and isinstance(step, int) else None
    return here


def marked(model: type[Section], mark: type[Mark]) -> Iterator[tuple[Field, Mark]]:
    """The keys of one mapping that have a mark, each with its mark."""
    for field in fields_of(model).values():
        if item := field.type.find(mark):
            yield field, item


@cache
def merge_rules(model: type[Section]) -> MergeRules:
    """The rules by which an environment is merged over the rest of the file."""
    shared: list[SharedKey] = []
    atomic: list[KeyPath] = []
    in_template: list[KeyPath] = []
    nullable: list[KeyPath] = []
    for field in walk(model):
        # If null is the default too, removing the key means the same.
        nullable += [field.path] * (field.type.nullable and field.info.default is not None)
        if item := field.type.find(Shared):
            unless = tuple(item.unless.split(".")) if item.unless else None
            shared.append(SharedKey(path=field.path, unless=unless, help=item.help))
        value, path = field.type, field.path
        while value.kind is Kind.MAPPING:
            value, path = value.inner[1], (*path, NAME)
            atomic += [path] * bool(value.find(Atomic))
            in_template += [path] * bool(value.find(InTemplate))
    return MergeRules(
        shared=tuple(shared),
        atomic=tuple(atomic),
        in_template=tuple(in_template),
        nullable=tuple(nullable),
        inheritances=_inheritances(model),
    )


def _inheritances(model: type[Section]) -> tuple[Inheritance, ...]:
    """Which mappings of a model, by names that the user chooses, are merged over a section, and with which keys."""
    found = []
    for field in fields_of(model).values():
        value = field.type.inner[1] if field.type.kind is Kind.MAPPING else None
        if value and (mark := value.find(InheritsFrom)):
            keys = tuple(key.name for key, _ in marked(value.python, Inherited))
            found.append(Inheritance(field.name, mark.section, keys))
    return tuple(found)


def _is_written(section: Section, key: str) -> bool:
    return key in section.model_fields_set and getattr(section, key) is not None


def check_exclusions(section: Section) -> Section:
    """The mapping itself.

    Raises:
        PydanticCustomError: when two of its keys exclude each other, one lacks another that it requires, or none of
            two keys has a value, one of which must have one.
    """
    for field, excludes in marked(type(section), Excludes):
        if _is_written(section, field.name) and _is_written(section, excludes.key):
            message = f"has both {field.name} and {excludes.key}"
            raise fault(Code.EXCLUSIVE, message, excludes.help, field.name, excludes.key)
    for field, requires in marked(type(section), Requires):
        given = field.name in section.model_fields_set and getattr(section, field.name) is not None
        if given and not requires.holds(getattr(section, requires.key)):
            message = f"has {field.name}, but no {requires.words}"
            raise fault(Code.EXCLUSIVE, message, requires.help, field.name, requires.key)
    for field, unless in marked(type(section), RequiredUnless):
        if getattr(section, field.name) is None and getattr(section, unless.key) is None:
            message = f"has neither {field.name} nor {unless.key}"
            raise fault(Code.MISSING_KEY, message, unless.help, field.name)
    return section


def keys_to_write(model: type[Section]) -> list[str]:
    """The keys that a mapping needs, in the order of the model; if one of two is needed, the usual one."""
    unless = {field.name for field, _ in marked(model, RequiredUnless)}
    return [name for name, field in fields_of(model).items() if field.required or name in unless]
