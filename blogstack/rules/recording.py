"""Which keys a rule reads: a view of the configuration that records every access.

A faulty key is at its default while the rules run. A finding that depends on it may be wrong, so it is dropped; a
finding that does not is reported, even if it is about a key next to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import getattr_static, isfunction
from types import MethodType
from typing import Any

from blogstack.config.types import Section
from blogstack.source.document import KeyPath

ANY = "*"
"""In a path that was read: every key of a mapping."""


def record(value: Any, read: set[KeyPath], path: KeyPath = ()) -> Any:  # noqa: ANN401 (whatever a key holds)
    """A view of a value of the configuration that adds to `read` the path of everything that is read from it."""
    if isinstance(value, Section):
        return _Recorded(value, read, path)
    if isinstance(value, dict):
        return _RecordedMapping(value, read, path)
    read.add(path)
    if type(value) is tuple and value and isinstance(value[0], Section):
        return tuple(record(item, read, (*path, number)) for number, item in enumerate(value))
    return value


def depends(read: Iterable[KeyPath], faulty: Iterable[KeyPath]) -> bool:
    """Whether something that was read is inside something faulty."""
    return any(
        len(inner) >= len(outer) and all(a in (b, ANY) for a, b in zip(inner, outer, strict=False))
        for outer in faulty
        for inner in read
    )


class _Recorded:
    """A section; its properties and methods read through the recording view too."""

    __slots__ = ("_path", "_read", "_section")

    def __init__(self, section: Section, read: set[KeyPath], path: KeyPath) -> None:
        self._section, self._read, self._path = section, read, path

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        kind = type(self._section)
        if name in kind.model_fields:
            return record(getattr(self._section, name), self._read, (*self._path, name))
        if name == "model_fields_set":
            self._read.add((*self._path, ANY))
            return self._section.model_fields_set
        attribute = getattr_static(kind, name)
        if isinstance(attribute, property) and attribute.fget:
            return attribute.fget(self)
        assert isfunction(attribute), name
        return MethodType(attribute, self)


class _RecordedMapping(dict[str, Any]):
    """A mapping whose keys the user chooses."""

    __slots__ = ("_path", "_read")

    def __init__(self, mapping: dict[str, Any], read: set[KeyPath], path: KeyPath) -> None:
        super().__init__(mapping)
        self._read, self._path = read, path

    def __iter__(self) -> Iterator[str]:
        self._read.add((*self._path, ANY))
        return super().__iter__()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        self._read.add((*self._path, str(key)))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        return record(super().__getitem__(key), self._read, (*self._path, key))

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        return self[key] if key in self else default  # noqa: SIM401 (so that a missing key is recorded too)

    def keys(self) -> Any:  # noqa: ANN401
        return list(self)

    def values(self) -> Any:  # noqa: ANN401
        return [self[key] for key in self]

    def items(self) -> Any:  # noqa: ANN401
        return [(key, self[key]) for key in self]
