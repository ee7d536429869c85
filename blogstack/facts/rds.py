"""What Amazon RDS sells: PostgreSQL versions, which instance class runs it in which region, and under which names.

The table is cfn-lint's without what is too old for a new database, in rds.json (`python -m tools.rds_facts` renews it,
a test holds it up to date). It is read only when a file has a database.
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


@cache
def classes_in(region: str) -> Sequence[str]:
    """The instance classes that run PostgreSQL in a region; empty for one that the table does not know."""
    if region not in facts().regions:
        return []
    return [name for name, where in facts().classes.items() if where == "*" or region in where.split()]


# Databases and users of RDS's own, and the templates of PostgreSQL; then PostgreSQL's reserved key words, which are no
# names without quotes: PostgreSQL documentation, appendix "SQL Key Words", those reserved in PostgreSQL, 18.
_RESERVED_NAMES = frozenset(
    """
    rdsadmin postgres_admin postgresadmin template0 template1

    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema
    current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
    foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral
    leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps
    placing primary references returning right select session_user similar some symmetric system_user table
    tablesample then to trailing true union unique user using variadic verbose when where window with
    """.split()  # noqa: SIM905 (a hundred quotes are no easier to read)
)


def database_name(service: str) -> str:
    """What the database of a service is called when nobody says."""
    return service.replace("-", "_")


def is_reserved(name: str) -> bool:
    """Whether RDS refuses a database name: Amazon RDS API reference, CreateDBInstance, DBName."""
    return name.lower() in _RESERVED_NAMES
