"""The key `database`: PostgreSQL on Amazon RDS.

Limits: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
"""

from typing import Annotated

from pydantic import Field, model_validator

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import Excludes
from blogstack.config.types import Form, Section, Variable, Whole
from blogstack.config.types.secrets import SECRET_ARN

_NAME = Form(
    "[A-Za-z][A-Za-z0-9_]*",
    "a database name",
    "start with a letter, then use letters, digits and _",
    63,
)


class DatabaseVariables(Section):
    """Names of the variables that the containers get with the database; all but `sslmode` are secrets."""

    host: Variable = Field("DATABASE_HOST", examples=["PGHOST"])
    """Variable with the host name."""
    port: Variable = Field("DATABASE_PORT", examples=["PGPORT"])
    """Variable with the port."""
    name: Variable = Field("DATABASE_NAME", examples=["PGDATABASE"])
    """Variable with the name of the database."""
    user: Variable = Field("DATABASE_USER", examples=["PGUSER"])
    """Variable with the user."""
    password: Variable = Field("DATABASE_PASSWORD", examples=["PGPASSWORD"])
    """Variable with the password."""
    sslmode: Variable = Field("DATABASE_SSLMODE", examples=["PGSSLMODE"])
    """Variable with `require`, unless the file sets it: the database refuses connections without TLS."""
    url: Variable | None = Field(None, examples=["DATABASE_URL"])
    """Variable with the URL, postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=require; null: none."""


class ExistingDatabase(Section):
    """An existing PostgreSQL database, in the VPC of the tasks."""

    secret: Annotated[
        str, Form(SECRET_ARN, "the ARN of a secret", "copy it from `aws secretsmanager list-secrets`")
    ] = Field(examples=["arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:rds!db-blog-AbCdEf"])
    """ARN of a Secrets Manager secret with the keys username and password, also host and dbname if not set here."""
    security_group_id: Annotated[
        str, Form("sg-[0-9a-f]{8,17}", "a security group ID", "write it like sg-0123456789abcdef0")
    ] = Field(examples=["sg-0123456789abcdef0"])
    """Security group of the database, which gets a rule that lets the tasks in."""
    port: Annotated[int, Whole(1, 65535)] = 5432
    """Port of the database."""
    host: (
        Annotated[
            str, Form(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", "a host name", "write the endpoint's name", 253)
        ]
        | None
    ) = Field(None, examples=["blog.abcdefghijkl.ap-northeast-2.rds.amazonaws.com"])
    """Host name; null: the secret has it, under the key host."""
    name: Annotated[str, _NAME] | None = Field(None, examples=["blog"])
    """Name of the database; null: the secret has it, under the key dbname."""


_MADE = Excludes("existing", "keep one of the two; in an environment null removes the other one")


class Database(Section):
    """PostgreSQL on Amazon RDS; `database: {}` uses every default."""

    engine_version: Annotated[
        str,
        Form(r"[1-9][0-9](?:\.[0-9]{1,2})?", "a PostgreSQL version", "write a major version, as in 17, or 17.6"),
        _MADE,
    ] = Field("17", examples=["17", "17.6"])
    """PostgreSQL version: major, for which AWS chooses and upgrades the minor version, or major.minor, which stays."""
    instance_class: Annotated[
        str, Form(r"db\.[a-z0-9]+\.[a-z0-9]+", "an instance class", "write it like db.t4g.micro", 40), _MADE
    ] = Field("db.t4g.micro", examples=["db.m7g.large"])
    """Instance class, which sets CPU and memory; a change takes effect at once, with a restart or a failover."""
    storage: Annotated[int, Whole(20, 65536, "GiB"), _MADE] = 20
    """Storage in GiB."""
    max_storage: Annotated[int, Whole(20, 65536, "GiB"), _MADE] = 100
    """Maximum storage in GiB, up to which it grows automatically; equal to storage: it does not grow."""
    multi_az: Annotated[bool, _MADE] = True
    """Whether there is a standby instance in another zone."""
    name: Annotated[Annotated[str, _NAME] | None, _MADE] = Field(None, examples=["blog"])
    """Name of the database; the default is the service's name with hyphens as underscores."""
    backup_retention: Annotated[int, Whole(1, 35, "days"), _MADE] = 7
    """Days that backups are kept."""
    deletion_protection: Annotated[bool, _MADE] = True
    """Whether AWS refuses to delete the instance."""
    insights: Annotated[bool, _MADE] = True
    """Whether Database Insights, in standard mode, keeps seven days of load data."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html
    extended_support: Annotated[bool, _MADE] = False
    """Whether the major version may stay after its standard support ends, for a price per vCPU and hour; false: AWS
    upgrades it then. It cannot be changed later."""
    existing: ExistingDatabase | None = None
    """Use an existing database: none is created, and of the other keys only `variables` may be set."""
    variables: DatabaseVariables = DatabaseVariables.model_construct()
    """Names of the variables that the containers get, instead of the default names."""

    _exclusions = model_validator(mode="after")(check_exclusions)
