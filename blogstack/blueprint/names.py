"""What things are called: stacks, exports, tags. A name here is a contract: changing one replaces what carries it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

REGISTRY, NETWORK, DATABASE, TASKS, SERVICE = "registry", "network", "database", "tasks", "service"


class Imported(NamedTuple):
    """A value that another stack exports.

    Attributes:
        stack: Name of that stack.
        output: Logical ID of its output.
    """

    stack: str
    output: str

    @property
    def export(self) -> str:
        """Name of the export."""
        return f"{self.stack}:{self.output}"


Value = str | Imported
"""A text of the user's, or what another stack hands on."""


class Naming(NamedTuple):
    """The names of one service in one environment.

    Attributes:
        service: The service's name; with an environment, the environment's name follows it.
        tags: Tags of every resource, sorted by key.
    """

    service: str
    tags: Mapping[str, str]

    def stack(self, kind: str) -> str:
        """Name of a stack."""
        return f"{self.service}-{kind}"


def naming(name: str, tags: Mapping[str, str], environment: str) -> Naming:
    """The names for a service in an environment; "" for one without environments."""
    own = {"blogstack:name": name, "blogstack:environment": environment or "default"}
    return Naming(f"{name}-{environment}" if environment else name, dict(sorted({**tags, **own}.items())))
