"""Strategies for the keys whose type says everything about their values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st

from blogstack.config.fields import Field, Kind, Type, fields_of
from blogstack.config.types import Duration, Minutes, Section, Whole
from tests.strategies.parts import durations, minutes


def scalars(model: type[Section], *without: str) -> dict[str, st.SearchStrategy[Any]]:
    """Every optional scalar key of a mapping with a strategy for its values.

    A strategy that knows how keys depend on each other replaces some of them; the rest, new keys included, is here.

    Args:
        model: The model of the mapping.
        without: Keys to leave out, because other code decides on them.
    """
    derived = {name: _values(field) for name, field in fields_of(model).items() if not field.required}
    return {name: strategy for name, strategy in derived.items() if strategy is not None and name not in without}


def _values(field: Field) -> st.SearchStrategy[Any] | None:
    """The values of a key; None for lists, mappings and unions, about which a type does not say enough."""
    known = _of_type(field.type, [*(field.info.examples or ()), field.info.default])
    return known | st.none() if known is not None and field.type.nullable else known


def _of_type(type: Type, right: Collection[object]) -> st.SearchStrategy[Any] | None:
    if type.kind is Kind.CHOICE:
        return st.sampled_from(type.choices)
    if type.kind is not Kind.SCALAR:
        return None
    if type.python is bool:
        return st.booleans()
    if whole := type.find(Whole):
        return st.integers(whole.low, whole.high)
    if duration := type.find(Duration):
        return durations(duration.low, duration.high)
    if whole_minutes := type.find(Minutes):
        return minutes(whole_minutes.low, whole_minutes.high)
    texts = [value for value in right if isinstance(value, str)]
    return st.sampled_from(texts) if texts else None
