"""Detection of a service's settings in its folder: the port of its Dockerfile, its web framework.

Only what is certain: where several answers are possible, there is none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

DOCKERFILES = ("Dockerfile", "Containerfile")
"""The Dockerfiles of a folder that `docker build` or `podman build` finds by itself."""
FRAMEWORKS = ("django", "fastapi")
_DEPENDENCIES = ("requirements.txt", "requirements.in", "pyproject.toml", "requirements/base.txt")


def dependency_files(dockerfile: str | None) -> tuple[str, ...]:
    """The files that may name the framework: those of the folder, then those next to a Dockerfile that is elsewhere."""
    folder = dockerfile.rpartition("/")[0] if dockerfile else ""
    return (*_DEPENDENCIES, *(f"{folder}/{name}" for name in _DEPENDENCIES if folder))


_COPY = re.compile(r"^\s*(?:COPY|ADD)\s+(?!.*--from=)(?:--\S+\s+)*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)


def copied(dockerfile: str) -> list[str]:
    """The files and folders that a Dockerfile copies from its build context, where it names them plainly."""
    words = [re.findall(r"[^\s\[\],\"]+", rest)[:-1] for rest in _COPY.findall(dockerfile)]
    plain = (word for each in words for word in each if re.fullmatch(r"[\w./-]+", word))
    # Docker's root is the build context: https://docs.docker.com/reference/dockerfile/#adding-files-from-the-build-context
    return [path for word in plain if (path := re.sub(r"^(?:\.{0,2}/)+", "", word)).strip("./")]


class DetectedValue(NamedTuple):
    """A detected value, and the name of the file that it comes from."""

    value: str
    file: str


def container_port(dockerfiles: Mapping[str, str]) -> DetectedValue | None:
    """The port of the first Dockerfile that has one.

    It is the first port that the last stage with EXPOSE exposes; else the port in the last stage's command, or
    `ENV PORT`.

    Args:
        dockerfiles: Texts by name.
    """
    for name, text in dockerfiles.items():
        if port := _port_in(text):
            return DetectedValue(port, name)
    return None


def framework(dependencies: Mapping[str, str]) -> DetectedValue | None:
    """The web framework in the first file that depends on one; None if that file names two.

    Args:
        dependencies: Texts of the files that name what the service depends on.
    """
    for name, text in dependencies.items():
        needed = set(_project_names(text) if name.endswith(".toml") else _requirement_names(text))
        if frameworks := needed.intersection(FRAMEWORKS):
            return DetectedValue(frameworks.pop(), name) if len(frameworks) == 1 else None
    return None


_INSTRUCTION = re.compile(r"\s*(FROM|ARG|ENV|EXPOSE|CMD|ENTRYPOINT)\s+(.*)", re.IGNORECASE)
# `--port 9000` of uvicorn and many others, and `--bind 0.0.0.0:9000` of gunicorn; also as words of the exec form.
_OF_COMMAND = re.compile(r"--port[\s=\",]+([0-9]+)\b|(?:--bind|-b)[\s=\",]+[\w.\[\]*]*:([0-9]+)\b")
_ASSIGNMENT = re.compile(r"(\w+)[= ]\"?([^\s\"]*)")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")


def _port_in(dockerfile: str) -> str:
    port, commanded, first = "", "", True
    variables: dict[str, str] = {}
    for instruction in re.sub(r"\\[ \t]*\r?\n", " ", dockerfile).splitlines():
        if not (match := _INSTRUCTION.match(instruction)):
            continue
        word, rest = match[1].upper(), match[2]
        if word == "FROM":
            first, commanded = True, ""
            variables.pop("PORT", None)
        elif word == "EXPOSE" and first:
            if exposed := _first_tcp(_VARIABLE.sub(lambda m: variables.get(m[1] or m[2], m[3] or ""), rest)):
                port, first = exposed, False
        elif word in ("ARG", "ENV"):
            variables.update(_ASSIGNMENT.findall(rest))
        elif found := _OF_COMMAND.search(rest):
            commanded = found[1] or found[2]
    return port or _first_tcp(commanded) or _first_tcp(variables.get("PORT", ""))


def _first_tcp(ports: str) -> str:
    for word in ports.split():
        number, _, protocol = word.partition("/")
        if protocol.lower() in ("", "tcp") and number.isdecimal() and 1 <= int(number) <= 65535:
            return str(int(number))
    return ""


# A requirement begins with a distribution's name: https://peps.python.org/pep-0508/.
# The library for it, packaging, is not among blogstack's dependencies.
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def _requirement_names(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if match := _NAME.match(line):
            yield match[1].lower()


def _project_names(text: str) -> Iterator[str]:
    """Names of the dependencies of a pyproject.toml, in the standard's table or in Poetry's."""
    try:
        project: dict[str, Any] = tomllib.loads(text)
        yield from _requirement_names("\n".join(project.get("project", {}).get("dependencies", [])))
        yield from (name.lower() for name in project.get("tool", {}).get("poetry", {}).get("dependencies", {}))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return  # a broken pyproject.toml is reported by the tools that it is for
