"""AWS's list prices in US dollars, on demand, without tax, by region; a table with a date.

prices.json has the regions whose prices are known. tools/price_maps.py wrote it, from AWS's own files and from
quotations; docs/decisions/0115-price-maps.md lists them. tools/price_facts.py writes it from AWS's price list,
which needs a network but no account. Prices that are not in it are not guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

HOURS = 730
"""Hours of a month, as AWS's calculator counts them."""

FILE = Path(__file__).with_name("prices.json")


class Prices:
    """The prices of one region.

    Args:
        region: Whose prices, one of `regions()`.
    """

    def __init__(self, region: str) -> None:
        self._prices: Mapping[str, Any] = _table()["regions"][region]

    def get(self, name: str, kind: str | None = None) -> float | None:
        """A price such as `nat_hour`, or one of several such as `database_hour` of `db.t4g.micro`; None if unknown."""
        value = self._prices.get(name)
        if kind is not None:
            value = value.get(kind) if isinstance(value, dict) else None
        return value


def regions() -> Sequence[str]:
    """The regions that have prices."""
    return sorted(_table()["regions"])


def dates(region: str) -> str:
    """The oldest and the newest date of a region's prices, as in `2024-09-28 to 2026-10-01`; one if they are equal."""
    oldest, newest = _table()["dates"][region]
    return f"{oldest} to {newest}" if oldest != newest else str(oldest)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return table
