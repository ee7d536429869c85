"""Keyset pagination: a page starts after a key, not after a count, so that late pages cost the same as early ones."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

from fastapi import Query

from app.schemas import LARGEST_ID, Id

Before = Annotated[Id | None, Query(description="Only items older than the item with this id.")]
Limit = Annotated[int, Query(ge=1, le=100, description="The maximum number of items.")]


def page_parameters(before: int | None, limit: int) -> dict[str, int]:
    """The parameters of a list's statement: where to start, and one row more than a page, to see if there is more."""
    return {"before": before or LARGEST_ID, "rows": limit + 1}


class _Identified(Protocol):
    @property
    def id(self) -> int: ...


Item = TypeVar("Item", bound=_Identified)


def cut_page(rows: Sequence[Item], limit: int) -> tuple[list[Item], int | None]:
    """Split rows, one more than the limit, into a page and the start of the next page."""
    items = list(rows[:limit])
    return items, items[-1].id if len(rows) > limit else None
