"""Keyset pagination: a page begins after a key, not after a count, so that it costs the same however deep."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

from fastapi import Query

from app.schemas import LARGEST_ID, Id

Before = Annotated[Id | None, Query(description="Only what is older than the item with this id.")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many items at most.")]


def page_parameters(before: int | None, limit: int) -> dict[str, int]:
    """What a list's statement is told: where to begin, and one row more than the page has, to see whether there are."""
    return {"before": before or LARGEST_ID, "rows": limit + 1}


class _Identified(Protocol):
    @property
    def id(self) -> int: ...


Item = TypeVar("Item", bound=_Identified)


def cut_page(rows: Sequence[Item], limit: int) -> tuple[list[Item], int | None]:
    """Split rows, of which one more than the limit was asked for, into a page and where the next begins."""
    items = list(rows[:limit])
    return items, items[-1].id if len(rows) > limit else None
