"""Where two values of a template differ.

CloudFormation's lists are mostly sets whose items have a name. Items are compared by name, so that a new variable at
the beginning is one change. A function such as Ref is one value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

Path = tuple[str, ...]
"""Keys from the outside in; an item of a list is `[NAME]`, or `[NUMBER]`, counted from 0, if items have no name."""


class Missing:
    """Stands for the old value of something new, and for the new value of something removed."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

_NAMES = ("Key", "Name", "Id", "Sid", "PolicyName", "ContainerName", "DomainName")
"""Keys that name an item of a list; the first one that all items have counts."""


class Difference(NamedTuple):
    """A path and its two values; one may be MISSING."""

    path: Path
    old: Any
    new: Any


def differences(old: object, new: object, at: Path = ()) -> Iterator[Difference]:
    """Every place where two values differ; for something new or removed, only the outermost."""
    if are_equal(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and _is_mapping(old) and _is_mapping(new):
        yield from _of_mappings(old, new, at)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, at)
    else:
        yield Difference(at, old, new)


def are_equal(old: object, new: object) -> bool:
    """Whether two values are equal for CloudFormation, which does not distinguish 20 from "20"."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(are_equal(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(are_equal, old, new))
    if _is_scalar(old) and _is_scalar(new):
        return _text(old) == _text(new)
    return type(old) is type(new) and old == new


def is_function(value: object) -> bool:
    """Whether a value is one of CloudFormation's functions, such as {"Ref": "Vpc"}."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::", "Condition"))


def _of_mappings(old: Mapping[str, Any], new: Mapping[str, Any], at: Path) -> Iterator[Difference]:
    for key in [*old, *(key for key in new if key not in old)]:
        yield from differences(old.get(key, MISSING), new.get(key, MISSING), (*at, key))


def _of_lists(old: Sequence[Any], new: Sequence[Any], at: Path) -> Iterator[Difference]:
    name = next((each for each in _NAMES if _names_all(each, old) and _names_all(each, new)), None)
    if name is not None:
        named = [{f"[{item[name]}]": item for item in items} for items in (old, new)]
        yield from _of_mappings(named[0], named[1], at)
    elif all(map(_is_mapping, (*old, *new))):
        # Without names: equal items are the same item, and the rest is compared in order.
        lost = [item for item in old if not any(are_equal(item, other) for other in new)]
        added = [item for item in new if not any(are_equal(item, other) for other in old)]
        if not lost and not added:  # only the order, or how often
            yield Difference(at, old, new)
        for number in range(max(len(lost), len(added))):
            before = lost[number] if number < len(lost) else MISSING
            after = added[number] if number < len(added) else MISSING
            place = old.index(before) if before is not MISSING else new.index(after)
            yield from differences(before, after, (*at, f"[{place}]"))
    else:
        yield Difference(at, old, new)


def _names_all(name: str, items: Sequence[Any]) -> bool:
    """Whether `name` is a string in every item and different in each; an empty list has no items to name."""
    names = [item.get(name) for item in items if _is_mapping(item)]
    return len(names) == len(items) and all(isinstance(each, str) for each in names) and len(set(names)) == len(names)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and not is_function(value)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
