"""What Amazon RDS offers for PostgreSQL: versions, instance classes by region, and the names that it refuses.

Versions and classes are in rds.json, which `make generate` writes from cfn-lint's data; a test compares the
two. The file is read only when a configuration has a database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from blogstack.records import Record


class Facts(Record):
    """The content of rds.json.

    Attributes:
        versions: PostgreSQL versions for new databases, major or major.minor, oldest first: `17`, `17.6`.
        regions: the regions for which the classes are known.
        classes: for each instance class the regions that have it, with spaces between them; "*" for all regions.
    """

    versions: Sequence[str]
    regions: Sequence[str]
    classes: Mapping[str, str]


@cache
def facts() -> Facts:
    """The content of rds.json, read once."""
    return Facts(**json.loads(Path(__file__).with_name("rds.json").read_text()))


@cache
def classes_in(region: str) -> Sequence[str]:
    """The instance classes that run PostgreSQL in a region; empty for a region that is not in the data."""
    if region not in facts().regions:
        return []
    return [name for name, where in facts().classes.items() if where == "*" or region in where.split()]


# Names that RDS and PostgreSQL use themselves, then the key words that are reserved in PostgreSQL 18, which cannot be
# names without quotes: https://www.postgresql.org/docs/18/sql-keywords-appendix.html
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
    """The default name of a service's database: the service's name, with underscores for its hyphens."""
    return service.replace("-", "_")


def is_reserved(name: str) -> bool:
    """Whether RDS refuses a database name because the engine reserves it, in whatever case.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBName, RDS for PostgreSQL)
    """
    return name.lower() in _RESERVED_NAMES
