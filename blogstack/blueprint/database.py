"""Decisions about the database stack."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import DATABASE, Imported, Naming, Output, Value
from blogstack.blueprint.network import Placement
from blogstack.config import Config
from blogstack.facts.rds import database_name
from blogstack.records import Record

# AWS Security Hub recommends another port than the engine's default, 5432 (RDS.23), and another user than postgres
# (RDS.25): https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-23
PORT = 5433
USER = "blogstack"


class Database(Record, kw_only=True):
    """The database stack; sizes in GiB.

    Attributes:
        identifier: Name of the instance.
        minor_upgrades: Whether RDS upgrades to newer minor versions by itself.
        family: Of the parameter group, as in postgres17.
        max_storage: None when the storage does not grow.
        log_retention: Days that its log groups keep.
        kms_key: ARN of the key for storage, insights, secret and logs; None for AWS's own.
    """

    stack: str
    title: str
    identifier: str
    vpc: Value
    subnets: tuple[Value, ...]
    engine_version: str
    minor_upgrades: bool
    family: str
    instance_class: str
    storage: int
    max_storage: int | None
    multi_az: bool
    name: str
    port: int
    user: str
    backup_retention: int
    deletion_protection: bool
    insights: bool
    extended_support: bool
    log_retention: int
    kms_key: str | None
    tags: Mapping[str, str]

    @property
    def secret(self) -> Imported:
        """ARN of the secret with host, port, database name, user and password."""
        return Imported(self.stack, Output.DATABASE_SECRET_ARN)

    @property
    def security_group(self) -> Imported:
        """ID of the security group."""
        return Imported(self.stack, Output.DATABASE_SECURITY_GROUP_ID)


def resolve_database(config: Config, naming: Naming, placement: Placement) -> Database | None:
    """The database stack; None without a database."""
    database = config.database
    if database is None:
        return None
    stack = naming.stack(DATABASE)
    return Database(
        stack=stack,
        title=naming.application,
        # Named like its stack: docs/decisions/0022-database-name.md.
        identifier=stack,
        vpc=placement.vpc,
        subnets=placement.database_subnets,
        engine_version=database.engine_version,
        # A minor version in the file is a pin: left behind by RDS, a later one in the file could be a downgrade.
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
        minor_upgrades="." not in database.engine_version,
        family=f"postgres{database.engine_version.split('.')[0]}",
        instance_class=database.instance_class,
        storage=database.storage,
        max_storage=database.max_storage if database.max_storage > database.storage else None,
        multi_az=database.multi_az,
        name=database.name or database_name(config.name),
        port=PORT,
        user=USER,
        backup_retention=database.backup_retention,
        deletion_protection=database.deletion_protection,
        insights=database.insights,
        extended_support=database.extended_support,
        log_retention=config.logs.retention,
        kms_key=config.kms_key,
        tags=naming.tags,
    )
