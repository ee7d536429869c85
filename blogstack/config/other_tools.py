"""Files of other tools, which get one message instead of one for each unknown key."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.records import Record
from blogstack.source.document import Data

# https://docs.docker.com/reference/compose-file/services/
_COMPOSE_SERVICE = {"image", "build", "ports", "expose", "volumes", "container_name", "env_file"}
# https://aws.github.io/copilot-cli/docs/manifest/overview/
_COPILOT_TYPES = (
    "Load Balanced Web Service",
    "Backend Service",
    "Request-Driven Web Service",
    "Worker Service",
    "Static Site",
    "Scheduled Job",
    "Environment",
)
# https://fly.io/docs/reference/configuration/
_FLY = {"http_service", "primary_region"}


NAMES = (
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
    "copilot/*/manifest.yml",
    "fly.toml",
)
"""Patterns of the names of other tools' files in a project."""
MOVES = {
    "compose": "the web service goes to service, other commands to workers, postgres to database, redis to cache",
    "copilot": "variables, secrets and cpu go to service, count to scaling, http to load_balancer and domain",
    "fly": "internal_port goes to service.port, env to service.environment, release_command to service.release",
}
"""Where the content of a tool's file goes, by the first word of its name."""


class OtherTool(Record):
    """A kind of file that is not a blogstack.yaml.

    Attributes:
        key: The top-level key that identifies it.
        name: What the file is.
        help: Where its content goes.
    """

    key: str
    name: str
    help: str


def moves_from(path: str) -> str:
    """Where the content of another tool's file goes, for a file whose name matches one of `NAMES`."""
    return next(moves for tool, moves in MOVES.items() if path.removeprefix("docker-").startswith(tool))


def recognize(data: Mapping[str, Data]) -> OtherTool | None:
    """The tool whose file this is, or None; a file with a `region` is a blogstack.yaml with errors."""
    if "region" in data:
        return None
    services = data.get("services")
    bodies = services.values() if isinstance(services, dict) else ()
    if any(isinstance(body, dict) and _COMPOSE_SERVICE & set(body) for body in bodies):
        return OtherTool("services", "a Compose file", MOVES["compose"])
    if data.get("type") in _COPILOT_TYPES:
        return OtherTool("type", "a Copilot manifest", MOVES["copilot"])
    if isinstance(data.get("containerDefinitions"), list):
        moves = "portMappings, environment, secrets and cpu go to service"
        return OtherTool("containerDefinitions", "an ECS task definition", moves)
    if fly := next((key for key in data if key in _FLY), None):
        return OtherTool(fly, "a fly.io file", MOVES["fly"])
    return None
