"""What an environment may hold."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.diagnostics import Code
from blogstack.rules.rule import File, Finding, rule
from blogstack.source.environments import ENVIRONMENTS, misplaced


@rule(Code.ONE_FOR_ALL, File, reads=(ENVIRONMENTS,))
def shared_key(file: File) -> Iterator[Finding]:
    """An environment does not set a key that all environments share."""
    for path, message, help in misplaced(file.document):
        yield Finding(path, message, help, at_key=True)
