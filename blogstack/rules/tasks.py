"""The container: its size, its start, its environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from blogstack.config import Config
from blogstack.facts.fargate import TASK_SIZES
from blogstack.facts.frameworks import START_UP
from blogstack.rules.finding import Finding, or_default, written
from blogstack.rules.sidecars import SIDECARS
from blogstack.source.document import KeyPath


def task_size(config: Config) -> Iterator[Finding]:
    """Fargate sells certain memory sizes for each cpu."""
    cpu, memory = config.service.cpu, config.service.memory
    if memory in TASK_SIZES[cpu]:
        return
    keys: tuple[KeyPath, ...] = (("service", "memory"), ("service", "cpu"))
    default_memory, default_cpu = (or_default(config, "service", key) for key in ("memory", "cpu"))
    help = f"with cpu {cpu} choose {_sizes(TASK_SIZES[cpu])}"
    if others := [other for other, sizes in TASK_SIZES.items() if memory in sizes]:
        help += f"; {memory} goes with cpu {_either(others)}"
    message = f"memory {memory}{default_memory} is not sold with cpu {cpu}{default_cpu}"
    yield Finding(written(config, *keys), message, help, also=keys)


def _sizes(sizes: tuple[int, ...]) -> str:
    if len(sizes) <= 4:
        return _either(sizes)
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


def _either(numbers: Iterable[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} or {last}" if first else last


def short_start(config: Config) -> Iterator[Finding]:
    """A task that is still starting must not be replaced."""
    framework = config.service.framework
    if framework == "other":
        return
    usual = START_UP[framework].start_period
    for path, seconds in (
        (("service", "health", "start_period"), config.service.health.start_period),
        (("load_balancer", "health_check", "grace_period"), config.load_balancer.health_check.grace_period),
    ):
        if seconds is not None and seconds < usual:
            message = f"{path[-1]} {seconds}s is shorter than the {usual}s that {framework} usually takes to start"
            yield Finding(path, message, f"a task may be replaced before it is up: choose {usual}s or more")


# The last words of a name; with those that AWS Security Hub's control ECS.8 looks for.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|PASSWORD|PASSWD|PASS|PASSPHRASE|TOKEN|CREDENTIALS?|SECRET_KEY_BASE|ACCESS_KEY_ID|AUTH_DATA|"
    r"(?:API|SECRET|PRIVATE|ACCESS|SIGNING|ENCRYPTION|MASTER|JWT|FERNET|STRIPE)_?KEY)$|_PWD$|^PGPASSWORD$",
    re.I,
)


_URL_WITH_PASSWORD = re.compile(r"(?:jdbc:)?[a-z+]+://[^/@:\s]*:[^/@\s]+@", re.I)


def secret_in_environment(config: Config) -> Iterator[Finding]:
    """What a name or a URL shows to be a secret does not belong in the environment."""
    for path, value in _variables(config):
        name = str(path[-1])
        by_name, by_value = _SECRET_NAME.search(name), _URL_WITH_PASSWORD.match(value)
        if value and (by_name or by_value):
            message = f"{name} seems to hold a {'secret' if by_name else 'password in its URL'}"
            help = "whoever may read the task definition reads it; name it under secrets instead"
            yield Finding(path, message, help)


def _variables(config: Config) -> Iterator[tuple[KeyPath, str]]:
    """Every environment variable of every container, with its place."""
    for name, value in config.service.environment.items():
        yield ("service", "environment", name), value
    for beside, sidecar in config.service.sidecars.items():
        for name, value in sidecar.environment.items():
            yield (*SIDECARS, beside, "environment", name), value


def allowed_hosts(config: Config) -> Iterator[Finding]:
    """Django refuses a Host header that it does not know."""
    if config.service.framework == "django" and not any("ALLOWED_HOSTS" in name for name in config.service.environment):
        message = "the load balancer's checks carry the task's own address as Host, which Django answers with 400"
        help = "admit the task's address in settings and set a variable ALLOWED_HOSTS; docs/django.md shows how"
        yield Finding(("service", "framework"), message, help)


def port_mismatch(config: Config) -> Iterator[Finding]:
    """PORT, where the user sets it, is the port that gets the requests."""
    port, variable = config.service.port, config.service.environment.get("PORT")
    if variable not in (None, str(port)):
        message = f"PORT is {variable}, but the load balancer sends requests to port {port}"
        help = "remove PORT: it is set to service.port by itself"
        yield Finding(("service", "environment", "PORT"), message, help, also=(("service", "port"),))


def exec_readonly(config: Config) -> Iterator[Finding]:
    """ECS Exec cannot work on a read-only root filesystem."""
    # Amazon ECS developer guide, "Monitor Amazon ECS containers with ECS Exec", Considerations: the SSM agent needs a
    # writable filesystem, and readonlyRootFilesystem is not supported.
    if config.service.exec and config.service.readonly_root:
        help = "set readonly_root: false for as long as exec is needed"
        also: tuple[KeyPath, ...] = (("service", "readonly_root"),)
        yield Finding(("service", "exec"), "exec needs a writable root filesystem", help, also)


DATABASE_VARIABLES = ("DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD")
"""What the container gets with a database, from the database's secret."""


def variable_twice(config: Config) -> Iterator[Finding]:
    """A variable has one value: ECS refuses a container that has two."""
    service = config.service
    for section, names in (("environment", service.environment), ("secrets", service.secrets)):
        for name in names:
            path = ("service", section, name)
            if config.database is not None and name in DATABASE_VARIABLES:
                message = f"{name} is set by `database`, from the database's secret"
                yield Finding(path, message, "remove it here", also=(("database",),))
            elif section == "secrets" and name in service.environment:
                yield _in_both(path)
    for beside, sidecar in config.service.sidecars.items():
        for name in sidecar.secrets:
            if name in sidecar.environment:
                yield _in_both((*SIDECARS, beside, "secrets", name))


def _in_both(path: KeyPath) -> Finding:
    message = f"{path[-1]} stands in secrets and in environment"
    also = (*path[:-2], "environment", path[-1])
    return Finding(path, message, "keep it in secrets if it is one, else in environment", also=(also,))
