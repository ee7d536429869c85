"""What a rule says, and where it says it."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.config import Config
from blogstack.source.document import KeyPath


class Finding(NamedTuple):
    """What a rule found: where, what, and the remedy.

    Attributes:
        also: Other keys that have a part in it; of all, the one is pointed at that an environment itself has written.
    """

    path: KeyPath
    message: str
    help: str
    also: tuple[KeyPath, ...] = ()


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
