"""What Amazon RDS sells: PostgreSQL versions, and which instance class runs it in which region.

The table is cfn-lint's, in rds.json (`python -m tools.rds_facts` renews it, a test holds it up to date). It is read
only when a file has a database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Facts(NamedTuple):
    """The table.

    Attributes:
        versions: PostgreSQL versions, major or major.minor, oldest first.
        regions: The regions that the table knows.
        classes: For each instance class the regions that have it, "*" for all.
    """

    versions: Sequence[str]
    regions: Sequence[str]
    classes: Mapping[str, str]


@cache
def facts() -> Facts:
    """The table, read from the file beside this one."""
    return Facts(**json.loads(Path(__file__).with_name("rds.json").read_text()))


def classes_in(region: str) -> list[str]:
    """The instance classes that run PostgreSQL in a region; empty for one that the table does not know."""
    if region not in facts().regions:
        return []
    return [name for name, where in facts().classes.items() if where == "*" or region in where.split()]
