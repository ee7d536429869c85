"""Decisions about the secret variables: where each comes from, as the templates will say it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from blogstack.blueprint.database import Database
from blogstack.blueprint.names import TASKS, Imported, Naming
from blogstack.config import Config
from blogstack.config.secrets import SecretSource

# Keys of the JSON that AWS::SecretsManager::SecretTargetAttachment makes of the database's secret.
_DATABASE_KEYS = {
    "DATABASE_HOST": "host",
    "DATABASE_NAME": "dbname",
    "DATABASE_PASSWORD": "password",
    "DATABASE_PORT": "port",
    "DATABASE_USER": "username",
}


class SecretVariable(NamedTuple):
    """A variable of the container whose value is read when a task starts.

    Attributes:
        service: Who keeps it: secretsmanager or ssm.
        source: An ARN, or a name, or what another stack exports.
        key: Key of the secret's JSON; "" for the whole.
        generated: Logical ID of the secret that the tasks stack makes; "" for one that exists.
    """

    variable: str
    service: str
    source: str | Imported
    key: str
    generated: str


def resolve_secrets(config: Config, names: Naming, database: Database | None) -> tuple[SecretVariable, ...]:
    """Every secret variable of the service's container, the database's among them, by name."""
    found = []
    if database is not None:
        secret = Imported(database.stack, "SecretArn")
        found += [SecretVariable(name, "secretsmanager", secret, key, "") for name, key in _DATABASE_KEYS.items()]
    return tuple(sorted([*found, *resolve_variables(config.service.secrets, names)]))


def resolve_variables(written: Mapping[str, SecretSource], names: Naming) -> Iterator[SecretVariable]:
    """The secret variables of a container as its section has them; what is generated for a name is one for all."""
    for variable, source in written.items():
        if source.kind == "generate":
            logical_id = f"{_camel(variable)}Secret"
            made = Imported(names.stack(TASKS), f"{logical_id}Arn")
            yield SecretVariable(variable, "secretsmanager", made, "", logical_id)
        else:
            yield SecretVariable(variable, source.kind, source.name, source.key, "")


def _camel(variable: str) -> str:
    """A variable as the beginning of a logical ID, JWT_SECRET as JwtSecret; no two variables share one."""
    words = "".join(word.capitalize() for word in variable.split("_"))
    if re.fullmatch("[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*", variable):
        return words
    return words + hashlib.sha256(variable.encode()).hexdigest()[:8]
