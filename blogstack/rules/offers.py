"""What a region does not offer: the finding that the rules over instance classes and node types share."""

from __future__ import annotations

from collections.abc import Sequence

from blogstack.config import Config
from blogstack.rules.rule import Finding, Scope
from blogstack.words import did_you_mean


def not_offered(
    scope: Scope[Config], section: str, key: str, known: Sequence[str], *, of: str, fallback: str
) -> Finding:
    """The finding on a key of a section whose value the region does not have.

    Args:
        scope: Of the configuration.
        section: Name of the section, which has a value.
        key: Its key.
        known: What the region has, as in `db.t4g.micro`.
        of: What it is for.
        fallback: What to choose when no known value is similar.
    """
    value, path = getattr(getattr(scope.value, section), key), (section, key)
    family = [name for name in known if name.rsplit(".", 1)[0] == value.rsplit(".", 1)[0]]
    near = did_you_mean(value, known)
    help = f"choose {', '.join(family)}" if family else f"did you mean {near!r}?" if near else f"choose {fallback}"
    message = f"{scope.value.region} has no {value}{scope.default_mark(path)} for {of}"
    return Finding(scope.first_written(path, (section,)), message, help)
