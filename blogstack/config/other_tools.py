"""Files of other tools, which are recognized instead of being judged key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

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


class OtherTool(NamedTuple):
    """A kind of file that is no blogstack.yaml.

    Attributes:
        key: The top-level key that shows it.
        name: What the file is.
        help: Where its content goes.
    """

    key: str
    name: str
    help: str


def recognize(data: Mapping[str, Data]) -> OtherTool | None:
    """The tool whose file this is, or None; a file that names a `region` is a blogstack.yaml with faults."""
    if "region" in data:
        return None
    services = data.get("services")
    bodies = services.values() if isinstance(services, dict) else ()
    if any(isinstance(body, dict) and _COMPOSE_SERVICE & set(body) for body in bodies):
        moves = "ports, environment and command of one service go to service.port, .environment and .command"
        return OtherTool("services", "a Compose file", moves)
    if data.get("type") in _COPILOT_TYPES:
        moves = "variables, secrets and cpu go to service, count to scaling, http to load_balancer and domain"
        return OtherTool("type", "a Copilot manifest", moves)
    if isinstance(data.get("containerDefinitions"), list):
        moves = "portMappings, environment, secrets and cpu go to service"
        return OtherTool("containerDefinitions", "an ECS task definition", moves)
    if fly := next((key for key in data if key in _FLY), None):
        moves = "internal_port goes to service.port, env to service.environment, release_command to service.release"
        return OtherTool(fly, "a file of fly.io", moves)
    return None
