"""Decisions about variables that are not secret."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.blueprint.names import Export, Naming, Value
from blogstack.config.types import values


def resolve_environment(
    written: Mapping[str, str | values.Export], naming: Naming, others: Mapping[str, Value] | None = None
) -> Mapping[str, Value | Export]:
    """The variables of a container, sorted by name.

    Args:
        written: The variables in the file, which take precedence.
        naming: Names of the application.
        others: The variables that it gets in addition; None for none.
    """
    own = {name: _resolve(value, naming) for name, value in written.items()}
    return dict(sorted({**(others or {}), **own}.items()))


def _resolve(value: str | values.Export, naming: Naming) -> str | Export:
    return Export(naming.fill(value.name)) if isinstance(value, values.Export) else naming.fill(value)
