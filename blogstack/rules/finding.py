"""What a rule says, and where it says it."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.config import Config
from blogstack.document import KeyPath


class Finding(NamedTuple):
    """What a rule found.

    Attributes:
        path: The key to point at.
        message: What is wrong.
        help: The remedy.
        also: Another key that is as much at fault: of the two the one that an environment changes is pointed at.
    """

    path: KeyPath
    message: str
    help: str
    also: KeyPath | None = None


def or_default(config: Config, *path: str | int) -> str:
    """A mark behind the value of a key that does not stand in the file."""
    return "" if _is_written(config, path) else " (the default)"


def written(config: Config, *paths: KeyPath) -> KeyPath:
    """The first of some keys that stands in the file, else the first of all: the one to point at."""
    for path in paths:
        if _is_written(config, path):
            return path
    return paths[0]


def _is_written(config: Config, path: KeyPath) -> bool:
    section: object = config
    for step in path[:-1]:
        section = section.get(step) if isinstance(section, dict) else getattr(section, str(step))
    return path[-1] in getattr(section, "model_fields_set", ())
