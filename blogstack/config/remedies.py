"""What to write instead of what many people write: the words of other tools, and values that another key takes."""

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
_JOB = "what runs at fixed times is a job: write it below `jobs`, with `cron` and `command`"
_VARIABLES = "files of variables are not read: write them below environment, and secret ones below secrets"
_WORKER = "a process without a port, and so without a load balancer, belongs below `workers`"

# Keys of a container, also in `services`, `workers` and `jobs`.
_IN_CONTAINERS: Mapping[str, str] = {
    # https://docs.docker.com/reference/compose-file/services/#env_file
    "env_file": _VARIABLES,
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    "environment_files": _VARIABLES,
    "cron": _JOB,
    "schedule": _JOB,
    "ports": "write `port`, the container's, as in `port: 8000`; the load balancer listens on 80 and 443",
}
_UNKNOWN: Mapping[KeyPath, str] = {
    ("database", "engine"): "remove it: the engine is PostgreSQL; any other database comes by environment and secrets",
}
_WITHOUT_VALUE: Mapping[KeyPath, str] = {("service", "port"): _WORKER, ("load_balancer",): _WORKER}
_LIMITS: Mapping[KeyPath, str] = {
    ("scaling", "min"): "; at fixed times `scaling.schedules` may set 0",
    ("scaling", "spot"): "; never all, because Fargate does not replace Spot capacity that AWS lacks",
}
_SHORTHANDS: Mapping[str, str] = {
    "scaling": "{{min: {0}, max: {0}}} for exactly {0}",
    "database": "{{}} for the defaults, which are PostgreSQL's",
    "alarms": "{{email: {0}}}",
    "health": "{{path: {0}}}",
    "domain": "{{name: {0}, hosted_zone_id: ...}}",
    "image": "{{uri: {0}}}, without a tag, for an image that exists",
}


def for_unknown_key(path: KeyPath) -> str | None:
    """What to do about a key that is not known, or None where nothing better than a list is."""
    inside = path[0] in _CONTAINERS and len(path) == (2 if path[0] == "service" else 3)
    return (_IN_CONTAINERS.get(str(path[-1])) if inside else None) or _UNKNOWN.get(path)


def for_null(path: KeyPath) -> str | None:
    """What a value that is not there was meant to say, or None."""
    return _WITHOUT_VALUE.get(path)


def for_limits(path: KeyPath) -> str:
    """What follows the limits of a number: how to get what lies outside them; may be empty."""
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
    return f"write `{pair[1]}: {pair[2]}`, and the others like it, without hyphens" if pair else None


def command_as_list(text: str) -> str | None:
    """A command line as the list to write, of one line; None where it is empty, too long or has an open quote."""
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
