"""A new database: whether RDS offers its version on its instance class in the region today."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code


def check(account: Account) -> Iterator[Problem]:
    """Ask RDS what it offers."""
    database = account.blueprint.database
    if database is None or not account.creates(database.stack):
        return
    version, name = database.engine_version, database.instance_class
    options = account.session.pages(
        "rds", "describe_orderable_db_instance_options", "OrderableDBInstanceOptions",
        Engine="postgres", DBInstanceClass=name,
    )  # fmt: skip
    if not any(f"{option['EngineVersion']}.".startswith(f"{version}.") for option in options):
        message = f"RDS does not offer PostgreSQL {version} on {name} in {account.session.region} today"
        shown = f"aws rds describe-orderable-db-instance-options --engine postgres --region {account.session.region}"
        yield Problem(
            Code.DATABASE_NOT_OFFERED, message, ("database", "instance_class"), f"choose one that `{shown}` lists"
        )
