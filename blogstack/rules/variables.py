"""The variables of a container: its environment and its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.stores import StoreVariable, store_variables
from blogstack.config.types.secrets import LIKE_AN_ARN
from blogstack.config.types.values import PLACEHOLDER, Export
from blogstack.config.workloads import Container
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import dotted, listed, shorten

# The last words of a name, with those that the control at `source` below looks for.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|PASSWORD|PASSWD|PASS|PASSPHRASE|TOKEN|CREDENTIALS?|SECRET_KEY_BASE|ACCESS_KEY_ID|AUTH_DATA|"
    r"(?:API|SECRET|PRIVATE|ACCESS|SIGNING|ENCRYPTION|MASTER|JWT|FERNET|STRIPE)_?KEY)$|_PWD$|^PGPASSWORD$",
    re.I,
)


# A reference in place of the password is not a secret: NOT_EXPANDED reports it.
_URL_WITH_PASSWORD = re.compile(r"(?:jdbc:)?[a-z+]+://[^/@:\s]*:(?!\$\w|\$[{(])[^/@\s]+@", re.I)


@rule(
    Code.SECRET_IN_ENVIRONMENT,
    Scope[Container],
    reads=("environment",),
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8",
)
def secret_in_environment(scope: Scope[Container]) -> Iterator[Finding]:
    """A value that its name or its URL shows to be a secret does not belong in the environment."""
    for name, value in scope.value.section.environment.items():
        by_name, by_value = _SECRET_NAME.search(name), isinstance(value, str) and _URL_WITH_PASSWORD.match(value)
        if value and (by_name or by_value):
            message = f"{name} seems to contain a {'secret' if by_name else 'password in its URL'}"
            help = "anyone who can read the task definition can read it; move it to secrets"
            yield Finding(scope.at("environment", name), message, help)


# ${NAME}, ${NAME:-default}, $(command) and $NAME. $$ is a literal $ in Compose, and a $ inside a word does not start a
# $NAME: password hashes contain such $.
_REFERENCE = re.compile(
    r"(?<!\$)\$(?:\{[A-Za-z_]\w*(?::?[-+?=][^}]*)?\}|\([^()]+\))|(?<![\w$.])\$[A-Z_][A-Z0-9_]+(?!\w)"
)


# Variables with the environment's name: https://aws.github.io/copilot-cli/docs/developing/environment-variables/
_ENVIRONMENT_NAMES = ("COPILOT_ENVIRONMENT_NAME", "ENVIRONMENT", "ENVIRONMENT_NAME")


_MAX_NAMES = 8
"""Maximum number of variables that a message lists."""


@rule(Code.NOT_EXPANDED, Scope[Container], reads=("environment",))
def not_expanded(scope: Scope[Container]) -> Iterator[Finding]:
    """The container gets the values of its environment as they are written: no shell expands them."""
    found: dict[str | None, dict[str, str]] = {}  # by the environment that sets them: what all have is reported once
    for name, value in scope.value.section.environment.items():
        if isinstance(value, str) and (reference := _REFERENCE.search(value)):
            path = scope.at("environment", name)
            if path[0] != "service" and scope.document.is_same_node(path, ("service", *path[2:])):
                continue  # inherited, and reported for the service
            found.setdefault(scope.document.origin(path), {})[name] = reference[0]
    for references in found.values():
        names = list(references)
        message = f"{names[0]} contains {shorten(references[names[0]])!r}, which is not expanded"
        if others := names[1:]:
            if (hidden := len(names) - _MAX_NAMES) > 0:
                others = [*names[1:_MAX_NAMES], f"{hidden} more"]
            message += f"; the same holds for {listed(others)}"
        help = "write the value itself, or build it in the application or in a shell: explain BS345 shows how"
        if scope.environment and any(each.strip("${}") in _ENVIRONMENT_NAMES for each in references.values()):
            help = f"write {PLACEHOLDER} for the environment's name"
            help += "" if len(names) == 1 else ", and write out the other values: explain BS345 shows how"
        first, *rest = (scope.at("environment", name) for name in names)
        yield Finding(first, message, help, also=tuple(rest))


@rule(Code.NO_ENVIRONMENTS, Scope[Container], reads=("environment", "secrets"))
def no_environments(scope: Scope[Container]) -> Iterator[Finding]:
    """A file that contains `<environment>` has environments."""
    if scope.environment is not None:
        return
    for name, value in scope.value.section.environment.items():
        if PLACEHOLDER in (value.name if isinstance(value, Export) else value):
            yield Finding(scope.at("environment", name), f"{name} contains {PLACEHOLDER}, {_NONE}", _NONE_HELP)
    for name, source in scope.value.section.secrets.items():
        if source.name is not None and PLACEHOLDER in source.name:
            yield Finding(scope.at("secrets", name), f"{name} contains {PLACEHOLDER}, {_NONE}", _NONE_HELP)


_NONE, _NONE_HELP = "but the file defines no environments", "write the value itself, or add environments"


@rule(
    Code.NAME_LIKE_AN_ARN,
    Scope[Container],
    reads=("secrets",),
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen",
)
def name_like_an_arn(scope: Scope[Container]) -> Iterator[Finding]:
    """A secret that is named after the environment can be found by its name."""
    for name, source in scope.value.section.secrets.items():
        if source.kind != "secretsmanager" or source.name is None or PLACEHOLDER not in source.name:
            continue
        filled = source.name.replace(PLACEHOLDER, scope.environment or "")
        if not source.name.startswith("arn:") and re.search(f"{LIKE_AN_ARN}$", filled):
            message = f"the secret {shorten(filled)!r} cannot be found by its name, which ends like an ARN"
            help = "write its ARN: AWS reads a hyphen and six characters as the end of an ARN"
            yield Finding(scope.at("secrets", name), message, help)


_STORES = (
    *(f"database.variables.{value}" for value in ("host", "port", "name", "user", "password", "url")),
    *(f"cache.variables.{value}" for value in ("url", "host", "port", "token")),
    "queues.NAME.variables.url",
    "buckets.NAME.variables.name",
    "services.NAME.variables.url",
    "services.NAME.route",
)
_DEFINITION = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"


@rule(Code.VARIABLE_TWICE, Scope[Container], reads=("environment", "secrets"), source=_DEFINITION)
def variable_twice(scope: Scope[Container]) -> Iterator[Finding]:
    """A variable has one value: ECS refuses a container that has two."""
    container = scope.value.section
    for name in container.secrets:
        if name in container.environment:
            message = f"{name} is set in both secrets and environment"
            help = "keep it in secrets if it is secret, otherwise in environment"
            yield Finding(scope.at("secrets", name), message, help, also=(scope.at("environment", name),))


@rule(
    Code.VARIABLE_TWICE,
    Scope[Container],
    reads=("environment", "secrets"),
    outside=_STORES,
    source=_DEFINITION,
)
def variable_of_store(scope: Scope[Container]) -> Iterator[Finding]:
    """Only a store sets its variables."""
    container = scope.value.section
    for variable in store_variables(scope.config):
        for section, names in (("environment", container.environment), ("secrets", container.secrets)):
            if variable.name in names and scope.value.name is None:  # sidecars get no variables of stores
                message = f"{variable.name} is set by `{dotted(variable.store)}`"
                help = f"remove it here, or rename the other one with {dotted(variable.path)}"
                yield Finding(scope.at(section, variable.name), message, help, also=(variable.path,))
                break  # a variable in both is reported by the rule above


@rule(Code.VARIABLE_TWICE, Scope[Config], reads=(*_STORES, "database.variables.sslmode"), source=_DEFINITION)
def variable_of_two_stores(scope: Scope[Config]) -> Iterator[Finding]:
    """Two stores, or a store and blogstack itself, do not set the same variable."""
    first_variables: dict[str, StoreVariable] = {}
    variables = list(store_variables(scope.value))
    if (database := scope.value.database) is not None:
        variables.append(StoreVariable(name=database.variables.sslmode, store=("database",), value="sslmode"))
    for variable in variables:
        name, path = variable.name, variable.path
        if name == "PORT":
            yield Finding(path, "PORT is set by blogstack to the service's port", "choose another name")
        elif (other := first_variables.setdefault(name, variable)) is not variable:
            path = scope.first_written(path, other.path)
            message = f"{name} is set by `{dotted(other.path)}` and by `{dotted(variable.path)}`"
            if other.store != variable.store:
                message = f"{name} is set by `{dotted(other.store)}` and by `{dotted(variable.store)}`"
            yield Finding(path, message, "choose another name for one of them", also=(other.path, variable.path))
