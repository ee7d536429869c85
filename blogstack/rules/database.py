"""The database: what RDS offers, its subnets, what protects it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blogstack.config import Config
from blogstack.diagnostics import Code
from blogstack.facts.rds import classes_in, database_name, facts, is_reserved
from blogstack.rules.offers import not_offered
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import listed

_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/"


@rule(
    Code.DATABASE_VERSION,
    Scope[Config],
    reads=("database.engine_version", "database.existing"),
    source=f"{_RDS}PostgreSQLReleaseNotes/postgresql-release-calendar.html",
)
def database_version(scope: Scope[Config]) -> Iterator[Finding]:
    """RDS offers certain versions of PostgreSQL."""
    database = scope.value.created_database
    if database is None or database.engine_version in facts().versions:
        return
    major = database.engine_version.split(".")[0]
    minors = [version for version in facts().versions if version.split(".")[0] == major]
    majors = [version for version in facts().versions if "." not in version]
    help = f"choose {minors[0]}, or {minors[1]} to {minors[-1]}" if minors else f"choose {', '.join(majors)}"
    message = f"RDS does not offer PostgreSQL {database.engine_version}"
    if majors and int(major) < int(majors[0]):
        message = f"PostgreSQL {database.engine_version} is past its standard support on RDS"
    yield Finding(("database", "engine_version"), message, help)


@rule(
    Code.DATABASE_CLASS,
    Scope[Config],
    reads=("database.instance_class", "database.existing", "region"),
    source=f"{_RDS}UserGuide/Concepts.DBInstanceClass.Support.html",
)
def database_class(scope: Scope[Config]) -> Iterator[Finding]:
    """A region offers certain instance classes."""
    database = scope.value.created_database
    if database is not None and (known := classes_in(scope.value.region)) and database.instance_class not in known:
        yield not_offered(scope, "database", "instance_class", known, of="PostgreSQL", fallback="db.t3.micro")


@rule(
    Code.DATABASE_STORAGE,
    Scope[Config],
    reads=("database.storage", "database.max_storage", "database.existing"),
    source=f"{_RDS}UserGuide/USER_PIOPS.Autoscaling.html",
)
def database_storage(scope: Scope[Config]) -> Iterator[Finding]:
    """Storage grows to a limit that is at least 10 percent above it."""
    database = scope.value.created_database
    if database is None or database.max_storage == database.storage:
        return
    storage, most = database.storage, database.max_storage
    if most * 10 < storage * 11:
        keys = ("database", "max_storage"), ("database", "storage")
        what = "below" if most < storage else "less than 10 percent above"
        message = f"max_storage {most}{scope.default_mark(keys[0])} is {what} storage {storage}"
        least = math.ceil(storage * 11 / 10)
        help = f"set max_storage to at least {least}, or to {storage} for storage that does not grow"
        yield Finding(scope.first_written(*keys), message, help, also=keys)


@rule(
    Code.DATABASE_SUBNETS,
    Scope[Config],
    reads=("database", "database.existing", "network.existing.database_subnet_ids"),
    source=f"{_RDS}UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def database_subnets(scope: Scope[Config]) -> Iterator[Finding]:
    """RDS needs subnets in two zones for a database."""
    existing = scope.value.network.existing
    if scope.value.created_database is not None and existing and len(existing.database_subnet_ids) < 2:
        count = len(existing.database_subnet_ids) or "none"
        message = f"the database needs two subnets, but network.existing.database_subnet_ids lists {count}"
        yield Finding(("database",), message, "list private subnets in two or more availability zones")


@rule(
    Code.RESERVED_NAME,
    Scope[Config],
    reads=("name", "database.name", "database.existing"),
    source=f"{_RDS}APIReference/API_CreateDBInstance.html",
)
def reserved_name(scope: Scope[Config]) -> Iterator[Finding]:
    """The name of a database is not a reserved word of RDS or PostgreSQL."""
    database = scope.value.created_database
    name = database and (database.name or database_name(scope.value.name))
    if name and is_reserved(name):
        default = scope.default_mark(("database", "name"))
        path = ("database",) if default else ("database", "name")
        message = f"RDS does not accept the database name {name}{default}: it is a reserved word"
        yield Finding(path, message, f"choose another database.name, such as {name}_db")


@rule(
    Code.DATABASE_ELSEWHERE,
    Scope[Config],
    reads=("database.existing", "network.existing", "uses"),
    source="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html",
)
def database_elsewhere(scope: Scope[Config]) -> Iterator[Finding]:
    """An existing database needs an existing network: tasks in a new network cannot reach it."""
    database, new = scope.value.database, scope.value.network.existing is None and scope.value.uses is None
    if database is not None and database.existing is not None and new:
        message = "tasks in a new network cannot reach an existing database"
        help = "set network.existing to the database's VPC and subnets in it"
        yield Finding(("database", "existing"), message, help, also=(("network", "existing"),))


@rule(
    Code.URL_OF_EXISTING,
    Scope[Config],
    reads=("database.existing", "database.variables.url"),
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
)
def url_of_existing(scope: Scope[Config]) -> Iterator[Finding]:
    """An existing database has no URL variable: its password changes elsewhere."""
    database = scope.value.database
    if database is not None and database.existing is not None and database.variables.url is not None:
        message = "a URL would contain the current password, and would be wrong after the password changes"
        help = "remove url, and use host, port, name, user and password in the application"
        yield Finding(("database", "variables", "url"), message, help, also=(("database", "existing"),))


@rule(
    Code.SECRET_LACKS_HOST,
    Scope[Config],
    reads=("database.existing.secret", "database.existing.host", "database.existing.name"),
    source=f"{_RDS}UserGuide/rds-secrets-manager.html",
)
def secret_lacks_host(scope: Scope[Config]) -> Iterator[Finding]:
    """A secret that RDS manages has a user and a password, but no host and no name."""
    existing = scope.value.database.existing if scope.value.database else None
    if existing is None or ":secret:rds!" not in existing.secret:
        return
    if missing := [key for key, value in (("host", existing.host), ("name", existing.name)) if value is None]:
        message = f"a secret that RDS manages has no {' and no '.join(missing)}, so no task could start"
        yield Finding(("database", "existing", "secret"), message, f"add {listed(missing)} to database.existing")


PRODUCTION = ("prod", "production")


@rule(
    Code.FRAGILE_DATABASE,
    Scope[Config],
    reads=("database.multi_az", "database.deletion_protection", "database.existing"),
    source=f"{_RDS}UserGuide/Concepts.MultiAZSingleStandby.html",
)
def fragile_database(scope: Scope[Config]) -> Iterator[Finding]:
    """The database of a production environment keeps its safeguards."""
    database, environment = scope.value.created_database, scope.environment
    if database is None or environment not in PRODUCTION:
        return
    if not database.multi_az:
        message = f"the database of {environment} has no standby: the loss of its zone is an outage"
        yield Finding(("database", "multi_az"), message, "remove the key: the default is true")
    if not database.deletion_protection:
        message = f"the database of {environment} can be deleted with one command"
        yield Finding(("database", "deletion_protection"), message, "remove the key: the default is true")
