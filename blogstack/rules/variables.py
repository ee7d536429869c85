"""The variables of a container: its environment and its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.database import VARIABLES
from blogstack.config.stores import StoreVariable, store_variables
from blogstack.config.workloads import Container
from blogstack.diagnostics import Code
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.words import dotted, shorten

# The last words of a name, with those that the control at `source` below looks for.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|PASSWORD|PASSWD|PASS|PASSPHRASE|TOKEN|CREDENTIALS?|SECRET_KEY_BASE|ACCESS_KEY_ID|AUTH_DATA|"
    r"(?:API|SECRET|PRIVATE|ACCESS|SIGNING|ENCRYPTION|MASTER|JWT|FERNET|STRIPE)_?KEY)$|_PWD$|^PGPASSWORD$",
    re.I,
)


# A password that is a reference is no password: NOT_EXPANDED is about it.
_URL_WITH_PASSWORD = re.compile(r"(?:jdbc:)?[a-z+]+://[^/@:\s]*:(?!\$\w|\$[{(])[^/@\s]+@", re.I)


@rule(
    Code.SECRET_IN_ENVIRONMENT,
    Scope[Container],
    reads=("environment",),
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8",
)
def secret_in_environment(scope: Scope[Container]) -> Iterator[Finding]:
    """What a name or a URL shows to be a secret does not belong in the environment."""
    for name, value in scope.value.section.environment.items():
        by_name, by_value = _SECRET_NAME.search(name), _URL_WITH_PASSWORD.match(value)
        if value and (by_name or by_value):
            message = f"{name} seems to contain a {'secret' if by_name else 'password in its URL'}"
            help = "anyone who can read the task definition can read it; move it to secrets"
            yield Finding(scope.at("environment", name), message, help)


# ${NAME}, ${NAME:-default}, $(command) and $NAME. $$ is a literal $ in Compose, and a $ inside a word is not the
# beginning of a $NAME: the hashes of passwords have some.
_REFERENCE = re.compile(
    r"(?<!\$)\$(?:\{[A-Za-z_]\w*(?::?[-+?=][^}]*)?\}|\([^()]+\))|(?<![\w$.])\$[A-Z_][A-Z0-9_]+(?!\w)"
)


@rule(Code.NOT_EXPANDED, Scope[Container], reads=("environment",))
def not_expanded(scope: Scope[Container]) -> Iterator[Finding]:
    """The container gets the values of its environment as they are written: no shell reads them."""
    for name, value in scope.value.section.environment.items():
        if reference := _REFERENCE.search(value):
            message = f"{name} contains {shorten(reference[0])!r}, which is not expanded"
            help = (
                "write the value itself, or put it together in the application or in a shell: explain BS345 shows how"
            )
            yield Finding(scope.at("environment", name), message, help)


_DEFINITION = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"


@rule(Code.VARIABLE_TWICE, Scope[Container], reads=("environment", "secrets"), source=_DEFINITION)
def variable_twice(scope: Scope[Container]) -> Iterator[Finding]:
    """A variable has one value: ECS refuses a container that has two."""
    container = scope.value.section
    for name in container.secrets:
        if name in container.environment and not _from_database(scope, name):
            message = f"{name} is set in both secrets and environment"
            help = "keep it in secrets if it is secret, otherwise in environment"
            yield Finding(scope.at("secrets", name), message, help, also=(scope.at("environment", name),))


@rule(
    Code.VARIABLE_TWICE,
    Scope[Container],
    reads=("environment", "secrets"),
    outside=("database",),
    source=_DEFINITION,
)
def variable_of_database(scope: Scope[Container]) -> Iterator[Finding]:
    """The variables of the database come from the database's secret."""
    for section, names in (("environment", scope.value.section.environment), ("secrets", scope.value.section.secrets)):
        for name in VARIABLES:
            if name in names and _from_database(scope, name):
                message = f"{name} is set by `database`, from the database's secret"
                yield Finding(scope.at(section, name), message, "remove it here", also=(("database",),))


def _from_database(scope: Scope[Container], name: str) -> bool:
    """Whether the main container gets a variable with the database; a database with faulty keys is one too."""
    return scope.value.name is None and name in VARIABLES and scope.document.has(("database",))


_STORES = (
    *(f"cache.variables.{value}" for value in ("url", "host", "port", "token")),
    "queues.NAME.variables.url",
    "buckets.NAME.variables.name",
    "services.NAME.variables.url",
    "services.NAME.route",
)


@rule(
    Code.VARIABLE_TWICE,
    Scope[Container],
    reads=("environment", "secrets"),
    outside=_STORES,
    source=_DEFINITION,
)
def variable_of_store(scope: Scope[Container]) -> Iterator[Finding]:
    """The variables of a store have its values."""
    container = scope.value.section
    for variable in store_variables(scope.config):
        for section, names in (("environment", container.environment), ("secrets", container.secrets)):
            if variable.name in names and scope.value.name is None:  # sidecars get none of them
                message = f"{variable.name} is set by `{dotted(variable.store)}`"
                help = f"remove it here, or give the store's another name in {dotted(variable.path)}"
                yield Finding(scope.at(section, variable.name), message, help, also=(variable.path,))


@rule(Code.VARIABLE_TWICE, Scope[Config], reads=_STORES, source=_DEFINITION)
def variable_of_two_stores(scope: Scope[Config]) -> Iterator[Finding]:
    """Two stores, or a store and blogstack itself, do not set the same variable."""
    makers: dict[str, StoreVariable] = {}
    for variable in store_variables(scope.value):
        name, path = variable.name, variable.path
        if name == "PORT" or (name in VARIABLES and scope.document.has(("database",))):
            maker = "blogstack, to the port of the service" if name == "PORT" else "`database`"
            yield Finding(path, f"{name} is set by {maker}", "choose another name", also=(("database",),))
        elif (other := makers.setdefault(name, variable)) is not variable:
            path = scope.first_written(path, other.path)
            message = f"{name} is set by `{dotted(other.path)}` and by `{dotted(variable.path)}`"
            if other.store != variable.store:
                message = f"{name} is set by `{dotted(other.store)}` and by `{dotted(variable.store)}`"
            yield Finding(path, message, "choose another name for one of them", also=(other.path, variable.path))
