"""The key `database`: PostgreSQL on Amazon RDS.

Limits: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from blogstack.config.types import Form, Section, Whole

_NAME = Form(
    "[A-Za-z][A-Za-z0-9_]*",
    "a database name",
    "start with a letter, then use letters, digits and _",
    63,
)

VARIABLES = {
    "DATABASE_HOST": "host",
    "DATABASE_NAME": "dbname",
    "DATABASE_PASSWORD": "password",
    "DATABASE_PORT": "port",
    "DATABASE_USER": "username",
}
"""The variables that a container gets with a database, and the keys of the database's secret that they come from.

AWS::SecretsManager::SecretTargetAttachment writes these keys:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
"""

SSLMODE = "DATABASE_SSLMODE"
"""A variable that the container also gets: `require`, unless the file sets another value. The database refuses
connections without TLS (rds.force_ssl), which many clients open unless they are told otherwise:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
"""


class Database(Section):
    """PostgreSQL on Amazon RDS; `database: {}` takes every default."""

    engine_version: Annotated[
        str, Form(r"[1-9][0-9](?:\.[0-9]{1,2})?", "a PostgreSQL version", "write a major version, as in 17, or 17.6")
    ] = Field("17", examples=["17", "17.6"])
    """PostgreSQL version: a major one, whose minor versions AWS chooses and upgrades, or major.minor, which stays."""
    instance_class: Annotated[
        str, Form(r"db\.[a-z0-9]+\.[a-z0-9]+", "an instance class", "write it like db.t4g.micro", 40)
    ] = Field("db.t4g.micro", examples=["db.m7g.large"])
    """Instance class, which sets CPU and memory; a change takes effect at once, with a restart or a failover."""
    storage: Annotated[int, Whole(20, 65536, "GiB")] = 20
    """Storage in GiB."""
    max_storage: Annotated[int, Whole(20, 65536, "GiB")] = 100
    """Storage in GiB up to which it grows by itself; the same as storage: it does not."""
    multi_az: bool = True
    """Whether there is a standby instance in another zone."""
    name: Annotated[str, _NAME] | None = Field(None, examples=["blog"])
    """Name of the database; the default is the service's name with hyphens as underscores."""
    backup_retention: Annotated[int, Whole(1, 35, "days")] = 7
    """Days that backups are kept."""
    deletion_protection: bool = True
    """Whether AWS refuses to delete the instance."""
    insights: bool = True
    """Whether Database Insights, in its standard mode, keeps seven days of the database's load."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html
    extended_support: bool = False
    """Whether the major version may outlive its standard support, for a price per vCPU and hour; false: AWS then
    upgrades it by itself. It cannot be changed later."""
