"""Frozen records with named fields, which the stages pass on."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

R = TypeVar("R", bound="Record")
_set_field = object.__setattr__


@dataclass_transform(frozen_default=True)
class Record:
    """Base class of frozen records: `class Zone(Record, kw_only=True)` and its annotations are all that a record needs.

    A subclass of a record has the fields of both; `kw_only` must be repeated for each class.

    It does what `@dataclass(frozen=True)` does, without generating code for each class: that takes half a millisecond
    for each, and the command line has seventy. A default is a class attribute, and must not be mutable.
    """

    _names: ClassVar[tuple[str, ...]] = ()
    _kw_only: ClassVar[bool] = False

    def __init_subclass__(cls, *, kw_only: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 (passed on)
        super().__init_subclass__(**kwargs)
        cls._names = (*cls._names, *(name for name in cls.__annotations__ if name not in cls._names))
        cls._kw_only = kw_only
        setattr(cls, "__match_args__", () if kw_only else cls._names)  # noqa: B010 (mypy allows no assignment)

    def __init__(self, *values: object, **named: object) -> None:
        """Set every field, once.

        Raises:
            TypeError: if a field has no value or two, or a name is not a field.
        """
        positional = () if self._kw_only else self._names
        given = {**dict(zip(positional, values, strict=False)), **named} if values else named
        set_fields = 0
        # One by one: an object whose __dict__ was never accessed takes a third of the memory.
        for name in self._names:
            if name in given:
                _set_field(self, name, given[name])
                set_fields += 1
            elif not hasattr(self, name):
                break
        else:
            if set_fields == len(given) == len(values) + len(named):
                return
        fields_of = f"{type(self).__name__} has the fields {', '.join(self._names)}"
        raise TypeError(f"{fields_of}, not {len(values)} positional values and {', '.join(named)}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._names)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self._names)))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
        return f"{type(self).__name__}({values})"


def replace(record: R, **changes: object) -> R:
    """A record like another with some fields changed."""
    return type(record)(**{**{name: getattr(record, name) for name in record._names}, **changes})
