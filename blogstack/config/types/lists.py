"""Lists of values."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from blogstack.config.types.base import fault
from blogstack.diagnostics import Code
from blogstack.words import shorten

T = TypeVar("T")

Items = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML list, kept as a tuple."""


def check_unique(items: tuple[T, ...]) -> tuple[T, ...]:
    """The items themselves; an error when two of them are equal."""
    repeated = [item for n, item in enumerate(items) if item in items[:n]]
    if repeated:
        raise fault(Code.WRONG_FORM, f"{shorten(str(repeated[0]))!r} is a duplicate", "keep one of the two")
    return items


UniqueItems = Annotated[Items[T], AfterValidator(check_unique), Field(json_schema_extra={"uniqueItems": True})]
"""A YAML list without duplicates, kept as a tuple."""
