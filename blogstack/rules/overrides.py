"""What the templates would be overridden with."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.errors import dotted
from blogstack.rules.finding import Finding
from blogstack.source.document import KeyPath


def null_in_list(config: Config) -> Iterator[Finding]:
    """A null removes a key from what is below it; a list replaces as a whole, so nothing is below."""
    for stack in sorted(config.overrides.model_fields_set):
        for name, change in getattr(config.overrides, stack).items():
            for attribute in ("Properties", "Metadata"):
                path = ("overrides", stack, name, attribute)
                for null in _nulls(getattr(change, attribute), path, in_list=False):
                    help = "null removes a key; in a list, which replaces the whole list below it, leave it out"
                    yield Finding(null, f"{dotted(null)} has no value", help)


def _nulls(value: object, at: KeyPath, in_list: bool) -> Iterator[KeyPath]:
    if value is None and in_list:
        yield at
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _nulls(item, (*at, key), in_list)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _nulls(item, (*at, number), in_list=True)
