"""What a folder shows of the service in it: the port that its Dockerfile exposes, the framework that it depends on.

Only what is plain to see: where several answers are possible, there is none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

DOCKERFILES = ("Dockerfile", "Containerfile")
DEPENDENCIES = ("requirements.txt", "requirements.in", "pyproject.toml")
FILES = (*DOCKERFILES, *DEPENDENCIES)
"""All that is looked at."""
FRAMEWORKS = ("django", "fastapi")


class Seen(NamedTuple):
    """A value, and the name of the file that shows it."""

    value: str
    file: str


def exposed_port(texts: Mapping[str, str]) -> Seen | None:
    """The port of the first Dockerfile that exposes one; `texts` holds what the files hold, by name.

    The one that an image is made for stands first in its last stage that exposes any.
    """
    for name in DOCKERFILES:
        if port := _port_in(texts.get(name, "")):
            return Seen(port, name)
    return None


def lacks_curl(texts: Mapping[str, str]) -> bool:
    """Whether there is a Dockerfile of a slim or alpine image that installs no curl, which the default check calls."""
    for name in DOCKERFILES:
        if text := texts.get(name):
            bases = re.findall(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)", text, re.IGNORECASE | re.MULTILINE)
            return any(re.search("slim|alpine", base) for base in bases) and "curl" not in text
    return False


def framework(texts: Mapping[str, str]) -> Seen | None:
    """The web framework that the first file with one depends on; none where a file names two."""
    for name in DEPENDENCIES:
        text = texts.get(name, "")
        needed = set(_of_project(text) if name.endswith(".toml") else _of_requirements(text))
        if found := needed.intersection(FRAMEWORKS):
            return Seen(found.pop(), name) if len(found) == 1 else None
    return None


_INSTRUCTION = re.compile(r"\s*(FROM|ARG|ENV|EXPOSE)\s+(.*)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(\w+)[= ]\"?([^\s\"]*)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")


def _port_in(dockerfile: str) -> str:
    port, first = "", True
    variables: dict[str, str] = {}
    for instruction in re.sub(r"\\[ \t]*\r?\n", " ", dockerfile).splitlines():
        if not (match := _INSTRUCTION.match(instruction)):
            continue
        word, rest = match[1].upper(), match[2]
        if word == "FROM":
            first = True
        elif word == "EXPOSE" and first:
            if found := _first_tcp(_VARIABLE.sub(lambda m: variables.get(m[1] or m[2], m[3] or ""), rest)):
                port, first = found, False
        elif word in ("ARG", "ENV"):
            variables.update(_ASSIGNED.findall(rest))
    return port


def _first_tcp(ports: str) -> str:
    for word in ports.split():
        number, _, protocol = word.partition("/")
        if protocol.lower() in ("", "tcp") and number.isdecimal() and 1 <= int(number) <= 65535:
            return str(int(number))
    return ""


# A distribution's name begins a requirement: PEP 508.
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def _of_requirements(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if match := _NAME.match(line):
            yield match[1].lower()


def _of_project(text: str) -> Iterator[str]:
    """The dependencies of a pyproject.toml: of the standard's, or of Poetry's own table."""
    try:
        project: dict[str, Any] = tomllib.loads(text)
        yield from _of_requirements("\n".join(project.get("project", {}).get("dependencies", [])))
        yield from (name.lower() for name in project.get("tool", {}).get("poetry", {}).get("dependencies", {}))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return  # somebody else's to tell
