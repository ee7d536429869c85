"""What to write instead of common mistakes: the keys of other tools, and values that belong to another key."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

from blogstack.source.document import KeyPath

_LONGEST_COMMAND = 200
_SHELL = "[|&;<>$`*]"  # what only a shell understands
_PLAIN_WORD = r"(?!(?i:true|false|null|yes|no|on|off|y|n)$)[A-Za-z/.-][\w./:=@+-]*(?<!:)|\d+"
_PAIR = r"(\w+)=([\w./@-]+)"  # as Compose takes a variable

_CONTAINERS = ("service", "services", "workers", "jobs")
_JOB = "a command that runs on a schedule is a job: write it under `jobs`, with `cron` and `command`"
_VARIABLES = "environment files are not supported: write the variables under environment, secret ones under secrets"
_WORKER = "a process without a port needs no load balancer: write it under `workers`"

# Keys of a container, also in `services`, `workers` and `jobs`.
_IN_CONTAINERS: Mapping[str, str] = {
    # https://docs.docker.com/reference/compose-file/services/#env_file
    "env_file": _VARIABLES,
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    "environment_files": _VARIABLES,
    "cron": _JOB,
    "schedule": _JOB,
    "ports": "write the container's port, as in `port: 8000`; the load balancer listens on 80 and 443",
}
_UNKNOWN: Mapping[KeyPath, str] = {
    (
        "database",
        "engine",
    ): "remove it: the engine is PostgreSQL; connect to any other database with environment and secrets",
}
_WITHOUT_VALUE: Mapping[KeyPath, str] = {("service", "port"): _WORKER, ("load_balancer",): _WORKER}
_LIMITS: Mapping[KeyPath, str] = {
    ("scaling", "min"): "; only a schedule in `scaling.schedules` may set 0",
    ("scaling", "spot"): "; not 100, because ECS does not start tasks on demand when Fargate Spot has no capacity",
}
_SHORTHANDS: Mapping[str, str] = {
    "scaling": "{{min: {0}, max: {0}}} for exactly {0}",
    "database": "{{}} for the defaults; the engine is PostgreSQL",
    "alarms": "{{email: {0}}}",
    "health": "{{path: {0}}}",
    "domain": "{{name: {0}, hosted_zone_id: ...}}",
    "image": "{{uri: {0}}}, without a tag, for an existing image",
}


def for_unknown_key(path: KeyPath) -> str | None:
    """What to do about an unknown key, or None if a list of the known keys is the best help."""
    inside = path[0] in _CONTAINERS and len(path) == (2 if path[0] == "service" else 3)
    return (_IN_CONTAINERS.get(str(path[-1])) if inside else None) or _UNKNOWN.get(path)


def for_null(path: KeyPath) -> str | None:
    """What to do about a null that probably means that something is not wanted, or None."""
    return _WITHOUT_VALUE.get(path)


def for_limits(path: KeyPath) -> str:
    """What follows the limits of a number in a help: how to get what lies outside them; may be empty."""
    return _LIMITS.get(path[-2:], "") if path[0] in ("scaling", "services") else ""


def for_scalar(path: KeyPath, value: object) -> str | None:
    """The mapping to write instead of one value, or None."""
    if path == ("load_balancer",) and value is False:
        return _WORKER
    shorthand = _SHORTHANDS.get(str(path[-1]))
    plain = (
        isinstance(value, str | int) and not isinstance(value, bool) and re.fullmatch(r"[\w./:@+-]{1,60}", str(value))
    )
    return f"write {shorthand.format(value)}" if shorthand and plain else None


def for_pairs(value: object) -> str | None:
    """How to write a list of NAME=VALUE as a mapping; None for anything else."""
    pair = re.fullmatch(_PAIR, str(value[0])) if isinstance(value, list) and value else None
    return f"write `{pair[1]}: {pair[2]}` without a hyphen, and the others in the same way" if pair else None


def command_as_list(text: str) -> str | None:
    """A command line as the list to write; None when it is empty, too long or has an open quote."""
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    if re.search(_SHELL, text):
        words = ["sh", "-c", text]
    listed = ", ".join(
        word if re.fullmatch(_PLAIN_WORD, word) else json.dumps(word, ensure_ascii=False) for word in words
    )
    return f"[{listed}]" if words and len(listed) <= _LONGEST_COMMAND else None
