"""The one walk over the models: the type of each key in parts, and the marks on it.

Errors, the reference, the schema, the merge of environments and the strategies of the tests all read the models
through this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

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


class Type(NamedTuple):
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


class Field(NamedTuple):
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
    if isinstance(annotation, type):
        return Type(Kind.SECTION if issubclass(annotation, Section) else Kind.SCALAR, annotation, metadata)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        own = (part for item in args[1:] for part in (item.metadata if isinstance(item, FieldInfo) else (item,)))
        return type_of(args[0], *own, *metadata)
    if origin in (Union, UnionType):
        others = [choice for choice in args if choice is not NoneType]
        nullable = len(others) < len(args)
        if len(others) > 1:
            return Type(Kind.UNION, annotation, metadata, nullable, tuple(map(type_of, others)))
        return type_of(others[0], *metadata)._replace(nullable=nullable)
    if origin is Literal:
        return Type(Kind.CHOICE, annotation, metadata)
    if origin is tuple:
        return Type(Kind.LIST, annotation, metadata, inner=(type_of(args[0]),))
    if origin is dict:
        return Type(Kind.MAPPING, annotation, metadata, inner=(type_of(args[0]), type_of(args[1])))
    return Type(Kind.SCALAR, annotation, metadata)


@cache
def fields_of(model: type[Section]) -> Mapping[str, Field]:
    """The keys of a model, by name."""
    return {
        name: Field(model, (name,), info, type_of(info.annotation, *info.metadata))
        for name, info in model.model_fields.items()
    }


def walk(model: type[Section], at: KeyPath = ()) -> Iterator[Field]:
    """Every key of a model and of those inside it, in order, each before what it holds; `at`: the model's path."""
    for name, field in fields_of(model).items():
        path = (*at, name)
        yield field._replace(path=path)
        if section := field.type.section:
            yield from walk(section, (*path, *field.type.steps))


def _inside(type: Type, step: str | int) -> Field | Type | None:
    """What a step leads to inside of a value; None where the models do not describe it."""
    if type.kind is Kind.SECTION:
        return fields_of(type.python).get(str(step))
    if type.kind is Kind.MAPPING and not isinstance(step, int):
        return type.inner[1]
    return type.inner[0] if type.kind is Kind.LIST and isinstance(step, int) else None


def type_at(model: type[Section], path: KeyPath) -> Type | None:
    """The type of the value at a path of the file; None inside of a value that the models do not describe.

    Raises:
        KeyError: when a step is not a key of its mapping.
    """
    here: Type | None = type_of(model)
    for step in path:
        if here is None:
            return None
        found = _inside(here, step)
        if found is None and here.kind is Kind.SECTION:
            raise KeyError(step)
        here = found.type if isinstance(found, Field) else found
    return here


def _marks(model: type[Section], mark: type[Mark]) -> tuple[tuple[str, Mark], ...]:
    """The names of the keys of one mapping that carry a mark, each with it."""
    fields = model.model_fields.items()
    return tuple((name, item) for name, info in fields for item in info.metadata if isinstance(item, mark))


def marked(model: type[Section], mark: type[Mark]) -> Iterator[tuple[Field, Mark]]:
    """The keys of one mapping that have a mark, each with its mark."""
    for name, item in _marks(model, mark):
        yield fields_of(model)[name], item


class _MergeRules(MergeRules):
    """The rules by which an environment is merged over the rest of a file.

    Looked up along the path of a key that an environment has: to walk the complete language takes ten times as long.
    """

    model: type[Section]

    def is_atomic(self, path: KeyPath) -> bool:
        *_, last = self._along(path)
        return isinstance(last, Type) and last.find(Atomic) is not None

    def is_in_template(self, path: KeyPath) -> bool:
        return any(isinstance(each, Type) and each.find(InTemplate) for each in self._along(path[:-1]))

    def is_null_a_value(self, path: KeyPath) -> bool:
        *_, last = self._along(path)
        # If null is the default too, removing the key means the same.
        is_nullable = isinstance(last, Field) and last.type.nullable and last.info.default is not None
        return is_nullable or self.is_in_template(path)

    def _along(self, path: KeyPath) -> Iterator[Field | Type | None]:
        """What each step leads to: a key of a section, or a value of a mapping or list; None: nothing described."""
        here: Type | None = type_of(self.model)
        yield here
        for step in path:
            found = _inside(here, step) if here else None
            here = found.type if isinstance(found, Field) else found
            yield found


@cache
def merge_rules(model: type[Section]) -> MergeRules:
    """The rules by which an environment is merged over the rest of the file."""
    return _MergeRules(tuple(_shared_keys(model)), tuple(_inheritances(model)), model)


def _shared_keys(model: type[Section], at: KeyPath = ()) -> Iterator[SharedKey]:
    """The keys that all environments share, outside of lists and of mappings by name."""
    shared = dict(_marks(model, Shared))
    for name, info in model.model_fields.items():
        path = (*at, name)
        if mark := shared.get(name):
            unless = tuple(mark.unless.split(".")) if mark.unless else None
            yield SharedKey(path=path, unless=unless, help=mark.help)
        choices = get_args(info.annotation) if isinstance(info.annotation, UnionType) else (info.annotation,)
        for choice in choices:
            if isinstance(choice, type) and issubclass(choice, Section):
                yield from _shared_keys(choice, path)


def _inheritances(model: type[Section]) -> Iterator[Inheritance]:
    """Which mappings of a model, by names that the user chooses, are merged over a section, and with which keys."""
    for name, info in model.model_fields.items():
        if get_origin(info.annotation) is dict:
            value = type_of(get_args(info.annotation)[1])
            if mark := value.find(InheritsFrom):
                keys = tuple(key for key, _ in _marks(value.python, Inherited))
                yield Inheritance(name, mark.section, keys)


def _is_written(section: Section, key: str) -> bool:
    return key in section.model_fields_set and getattr(section, key) is not None


def check_exclusions(section: Section) -> Section:
    """The mapping itself.

    Raises:
        PydanticCustomError: when two of its keys exclude each other, one lacks another that it requires, or none of
            two keys has a value, one of which must have one.
    """
    for name, excludes in _marks(type(section), Excludes):
        if _is_written(section, name) and _is_written(section, excludes.key):
            message = f"has both {name} and {excludes.key}"
            raise fault(Code.EXCLUSIVE, message, excludes.help, name, excludes.key)
    for name, requires in _marks(type(section), Requires):
        if _is_written(section, name) and not requires.holds(getattr(section, requires.key)):
            message = f"has {name}, but no {requires.words}"
            raise fault(Code.EXCLUSIVE, message, requires.help, name, requires.key)
    for name, unless in _marks(type(section), RequiredUnless):
        if getattr(section, name) is None and getattr(section, unless.key) is None:
            message = f"has neither {name} nor {unless.key}"
            raise fault(Code.MISSING_KEY, message, unless.help, name)
    return section


def keys_to_write(model: type[Section]) -> list[str]:
    """The keys that a mapping needs, in the order of the model; if one of two is needed, the usual one."""
    unless = {name for name, _ in _marks(model, RequiredUnless)}
    return [name for name, field in fields_of(model).items() if field.required or name in unless]
