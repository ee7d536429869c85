"""Whole numbers with limits and a unit."""

from __future__ import annotations

from collections.abc import Iterator

from annotated_types import Ge, GroupedMetadata, Le

from blogstack.records import Record
from blogstack.words import plural


class Whole(Record, GroupedMetadata):
    """A whole number from `low` to `high`, both included, with a unit in the plural."""

    low: int
    high: int
    unit: str = ""

    def __iter__(self) -> Iterator[Ge | Le]:
        """The limits as pydantic and hypothesis read them."""
        return iter((Ge(self.low), Le(self.high)))

    def limits(self) -> str:
        """The limits in words."""
        return f"{self.low} to {plural(self.high, self.unit)}"

    def in_words(self) -> str:
        """The type and its limits."""
        return f"whole number, {self.limits()}"
