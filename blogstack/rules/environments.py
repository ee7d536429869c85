"""Which keys an environment may set."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.diagnostics import Code
from blogstack.rules.rule import File, Finding, rule
from blogstack.source.environments import ENVIRONMENTS


@rule(Code.SHARED_KEY, File, reads=(ENVIRONMENTS,))
def shared_key(file: File) -> Iterator[Finding]:
    """An environment does not set a key that all environments share."""
    for key in file.refused:
        yield Finding(key.path, key.message, key.help, at_key=True)
