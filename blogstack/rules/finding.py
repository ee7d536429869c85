"""What a rule says, and where it says it."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.config import Config
from blogstack.document import KeyPath


class Finding(NamedTuple):
    """What a rule found: where, what, and the remedy."""

    path: KeyPath
    message: str
    help: str


def or_default(config: Config, *path: str | int) -> str:
    """A mark behind the value of a key that does not stand in the file."""
    section: object = config
    for step in path[:-1]:
        section = getattr(section, str(step))
    return "" if path[-1] in getattr(section, "model_fields_set", ()) else " (the default)"


def written(config: Config, *paths: KeyPath) -> KeyPath:
    """The first of some keys that stands in the file, else the first of all: the one to point at."""
    for path in paths:
        section: object = config
        for step in path[:-1]:
            section = getattr(section, str(step))
        if path[-1] in getattr(section, "model_fields_set", ()):
            return path
    return paths[0]
