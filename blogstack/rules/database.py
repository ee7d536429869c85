"""The database: what RDS sells, where it stands, what protects it."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.diagnostics import did_you_mean
from blogstack.facts.rds import classes_in, database_name, facts, is_reserved
from blogstack.rules.finding import Finding, or_default, written
from blogstack.source.document import KeyPath


def database_version(config: Config) -> Iterator[Finding]:
    """RDS has certain versions of PostgreSQL."""
    database = config.database
    if database is None or database.engine_version in facts().versions:
        return
    major = database.engine_version.split(".")[0]
    minors = [version for version in facts().versions if version.split(".")[0] == major]
    majors = [version for version in facts().versions if "." not in version]
    help = f"choose {minors[0]}, or {minors[1]} to {minors[-1]}" if minors else f"choose {', '.join(majors)}"
    message = f"RDS has no PostgreSQL {database.engine_version}"
    yield Finding(("database", "engine_version"), message, help)


def database_class(config: Config) -> Iterator[Finding]:
    """A region has certain instance classes."""
    database = config.database
    if database is None or not (known := classes_in(config.region)) or database.instance_class in known:
        return
    path: KeyPath = ("database", "instance_class")
    default = or_default(config, *path)
    family = [name for name in known if name.rsplit(".", 1)[0] == database.instance_class.rsplit(".", 1)[0]]
    near = did_you_mean(database.instance_class, known)
    help = f"choose {', '.join(family)}" if family else f"did you mean {near!r}?" if near else "choose db.t3.micro"
    message = f"{config.region} has no {database.instance_class}{default} for PostgreSQL"
    yield Finding(written(config, path, ("database",)), message, help)


def database_storage(config: Config) -> Iterator[Finding]:
    """Storage grows to a limit that is a tenth above it at the least.

    Source: Amazon RDS user guide, "Managing capacity automatically with Amazon RDS storage autoscaling".
    """
    database = config.database
    if database is None or database.max_storage == database.storage:
        return
    storage, most = database.storage, database.max_storage
    if most * 10 < storage * 11:
        keys: tuple[KeyPath, ...] = (("database", "max_storage"), ("database", "storage"))
        shown = or_default(config, "database", "max_storage")
        what = "below" if most < storage else "less than a tenth above"
        message = f"max_storage {most}{shown} is {what} storage {storage}"
        help = f"choose max_storage of at least {-(-storage * 11 // 10)}, or {storage} for storage that does not grow"
        yield Finding(written(config, *keys), message, help, also=keys)


def database_subnets(config: Config) -> Iterator[Finding]:
    """RDS puts a database into subnets of two zones."""
    existing = config.network.existing
    if config.database is not None and existing and len(existing.database_subnet_ids) < 2:
        count = len(existing.database_subnet_ids) or "none"
        message = f"the database needs two subnets, and network.existing.database_subnet_ids names {count}"
        yield Finding(("database",), message, "name private subnets in two or more availability zones")


def reserved_name(config: Config) -> Iterator[Finding]:
    """A word that the engine keeps for itself is no name of a database."""
    database = config.database
    name = database and (database.name or database_name(config.name))
    if name and is_reserved(name):
        default = or_default(config, "database", "name")
        path: KeyPath = ("database",) if default else ("database", "name")
        message = f"RDS takes no database of the name {name}{default}: the word is reserved"
        yield Finding(path, message, f"write another database.name, such as {name}_db")


PRODUCTION = ("prod", "production")


def fragile_database(config: Config, environment: str) -> Iterator[Finding]:
    """The database of an environment that is called production keeps what protects it."""
    if config.database is None or environment not in PRODUCTION:
        return
    if not config.database.multi_az:
        message = f"the database of {environment} has no standby: the loss of its zone is an outage"
        yield Finding(("database", "multi_az"), message, "remove the key: two zones are the default")
    if not config.database.deletion_protection:
        message = f"the database of {environment} can be deleted by one command"
        yield Finding(("database", "deletion_protection"), message, "remove the key: protection is the default")
