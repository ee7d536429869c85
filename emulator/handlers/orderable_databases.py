"""Every class runs every version of PostgreSQL that RDS currently offers; ministack has only a few old ones."""

from typing import Any

from .ministack_modules import service

# https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
MAJOR_VERSIONS = range(14, 19)
MINOR_VERSIONS = range(1, 25)


def install() -> None:
    """Answer DescribeOrderableDBInstanceOptions for PostgreSQL."""
    rds = service("rds")
    others = rds._ACTION_MAP["DescribeOrderableDBInstanceOptions"]

    def describe(params: dict[str, Any]) -> Any:  # noqa: ANN401 - ministack is not typed
        if rds._p(params, "Engine") != "postgres":
            return others(params)
        options = "".join(
            f"<OrderableDBInstanceOption><Engine>postgres</Engine><EngineVersion>{major}.{minor}</EngineVersion>"
            f"<DBInstanceClass>{rds._p(params, 'DBInstanceClass')}</DBInstanceClass></OrderableDBInstanceOption>"
            for major in MAJOR_VERSIONS
            for minor in MINOR_VERSIONS
        )
        name = "DescribeOrderableDBInstanceOptions"
        result = f"<OrderableDBInstanceOptions>{options}</OrderableDBInstanceOptions>"
        return rds._xml(200, f"{name}Response", f"<{name}Result>{result}</{name}Result>")

    rds._ACTION_MAP["DescribeOrderableDBInstanceOptions"] = describe
