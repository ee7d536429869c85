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
        log_retention: Days that its logs are kept.
        kms_key: ARN of the key for storage, insights, secret and logs; None for AWS's own.
        has_url: Whether there is a second secret, with the URL.
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
    has_url: bool
    tags: Mapping[str, str]

    @property
    def url_secret(self) -> Imported:
        """ARN of the secret with the URL, if there is one."""
        return Imported(self.stack, Output.DATABASE_URL_SECRET_ARN)

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
    database = config.created_database
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
        # A minor version in the file stays: if RDS upgraded it, a later change in the file could be a downgrade.
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
        has_url=database.variables.url is not None,
        tags=naming.tags,
    )


# AWS::SecretsManager::SecretTargetAttachment writes these keys; if RDS manages the password, it writes the last two:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
_KEYS = {"host": "host", "port": "port", "name": "dbname", "user": "username", "password": "password"}


class DatabaseAccess(Record, kw_only=True):
    """What the tasks get with a database, whether it is created or exists.

    Attributes:
        security_group: ID of the database's security group.
        environment: Variables that are not secret.
        secrets: The others, each with the ARN of its secret and the key of the JSON; None for the complete secret.
        sslmode: Name of the variable for the mode of TLS, which a file may set itself.
    """

    security_group: Value
    port: int
    environment: Mapping[str, str]
    secrets: Mapping[str, tuple[Value, str | None]]
    sslmode: str


def resolve_access(config: Config, database: Database | None) -> DatabaseAccess | None:
    """What the tasks get with a database; None without one. `database`: the one to create, if there is one."""
    if config.database is None:
        return None
    existing, names = config.database.existing, config.database.variables
    named = {value: getattr(names, value) for value in _KEYS}
    if existing is None:
        assert database is not None, "a database that does not exist is created"
        secrets: dict[str, tuple[Value, str | None]] = {
            named[value]: (database.secret, key) for value, key in _KEYS.items()
        }
        if names.url is not None:
            secrets[names.url] = (database.url_secret, None)
        return DatabaseAccess(
            security_group=database.security_group,
            port=database.port,
            environment={},
            secrets=secrets,
            sslmode=names.sslmode,
        )
    # What the file contains is not secret: a secret that RDS manages has only the user and the password.
    known = {"host": existing.host, "port": str(existing.port), "name": existing.name}
    plain = {value: text for value, text in known.items() if text is not None}
    return DatabaseAccess(
        security_group=existing.security_group_id,
        port=existing.port,
        environment={named[value]: text for value, text in plain.items()},
        secrets={named[value]: (existing.secret, key) for value, key in _KEYS.items() if value not in plain},
        sslmode=names.sslmode,
    )
