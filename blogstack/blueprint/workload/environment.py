"""Decisions about variables that are no secrets."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import Export, Naming, Value
from blogstack.config.types import values


def resolve_environment(
    written: Mapping[str, str | values.Export], naming: Naming, others: Mapping[str, Value] | None = None
) -> Mapping[str, Value | Export]:
    """The variables of a container, sorted by name.

    Args:
        written: Those of the file, which win.
        naming: Names of the application.
        others: Those that it gets besides; None for none.
    """
    own = {name: _resolve(value, naming) for name, value in written.items()}
    return dict(sorted({**(others or {}), **own}.items()))


def _resolve(value: str | values.Export, naming: Naming) -> str | Export:
    return Export(naming.fill(value.name)) if isinstance(value, values.Export) else naming.fill(value)
