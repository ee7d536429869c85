"""Decisions about secret variables: where each value comes from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from blogstack.blueprint.names import TASKS, Imported, Naming, Output, Value
from blogstack.config.types.secrets import SecretSource
from blogstack.records import Record


class SecretVariable(Record, kw_only=True):
    """A variable of a container whose value is read when a task starts.

    Attributes:
        service: Where the value is kept: secretsmanager or ssm.
        source: An ARN, a name, or what another stack exports.
        key: Key of the secret's JSON; None for the complete secret.
        generated: Logical ID of the secret that the tasks stack creates; None for an existing one.
    """

    variable: str
    service: str
    source: str | Imported
    key: str | None = None
    generated: str | None = None


def resolve_secrets(
    secrets: Mapping[str, SecretSource],
    naming: Naming,
    store_secrets: Mapping[str, tuple[Value, str | None]] = MappingProxyType({}),
) -> tuple[SecretVariable, ...]:
    """The secret variables of a container, sorted by name.

    Args:
        secrets: The container's own, as in the file. A generated secret has the same value in all containers that
            have a variable with its name.
        naming: Names of the application.
        store_secrets: The variables that it gets with the stores, each with the ARN of its secret and the JSON's key;
            None for the complete secret.
    """
    variables = list(_of_container(secrets, naming))
    for variable, (secret, key) in store_secrets.items():
        variables.append(SecretVariable(variable=variable, service="secretsmanager", source=secret, key=key))
    return tuple(sorted(variables, key=lambda secret: secret.variable))


def _of_container(secrets: Mapping[str, SecretSource], naming: Naming) -> Iterator[SecretVariable]:
    for variable, source in secrets.items():
        if source.kind == "generate" or source.name is None:
            logical_id = f"{_camel_case(variable)}Secret"
            arn = Imported(naming.stack(TASKS), Output.GENERATED_SECRET_ARN.format(logical_id))
            yield SecretVariable(variable=variable, service="secretsmanager", source=arn, generated=logical_id)
        else:
            yield SecretVariable(
                variable=variable, service=source.kind, source=naming.fill(source.name), key=source.key
            )


def _camel_case(variable: str) -> str:
    """A variable as the first part of a logical ID, JWT_SECRET as JwtSecret; different for different variables."""
    words = "".join(word.capitalize() for word in variable.split("_"))
    if re.fullmatch("[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*", variable):
        return words
    return words + hashlib.sha256(variable.encode()).hexdigest()[:8]
