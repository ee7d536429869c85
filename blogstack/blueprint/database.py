"""Decisions about the database stack."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.names import DATABASE, Naming, Value
from blogstack.blueprint.network import Placement
from blogstack.config import Config
from blogstack.facts.rds import database_name

# AWS Security Hub, RDS.23: another port than the engine's own, 5432, and RDS.25: another user than postgres.
PORT = 5433
USER = "blogstack"


class Database(NamedTuple):
    """The database stack; sizes in GiB.

    Attributes:
        family: Of the parameter group, as in postgres17.
        max_storage: 0 when the storage does not grow.
        log_retention: Days that its log groups keep.
        kms_key: Of storage, insights, secret and logs; "" for AWS's own.
    """

    stack: str
    title: str
    vpc: Value
    subnets: tuple[Value, ...]
    engine_version: str
    family: str
    instance_class: str
    storage: int
    max_storage: int
    multi_az: bool
    name: str
    port: int
    user: str
    backup_retention: int
    deletion_protection: bool
    performance_insights: bool
    log_retention: int
    kms_key: str
    tags: dict[str, str]


def resolve_database(config: Config, names: Naming, placement: Placement) -> Database | None:
    """The database stack; None without a database."""
    database = config.database
    if database is None:
        return None
    return Database(
        stack=names.stack(DATABASE),
        title=names.service,
        vpc=placement.vpc,
        subnets=placement.database_subnets,
        engine_version=database.engine_version,
        family=f"postgres{database.engine_version.split('.')[0]}",
        instance_class=database.instance_class,
        storage=database.storage,
        max_storage=database.max_storage if database.max_storage > database.storage else 0,
        multi_az=database.multi_az,
        name=database.name or database_name(config.name),
        port=PORT,
        user=USER,
        backup_retention=database.backup_retention,
        deletion_protection=database.deletion_protection,
        performance_insights=database.performance_insights,
        log_retention=config.logs.retention,
        kms_key=config.kms_key or "",
        tags=dict(names.tags),
    )
