"""Rules across several files."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.diagnostics import Code
from blogstack.rules.rule import Files, Finding, rule

_REMEDIES = {
    "stack": "give each service a different name",
    "repository": "in one of them set image.uri, the repository's address, instead of image.repository",
    "domain": "give each service a different domain.name",
    "listener rule": "give one of the two services another name or another route",
}


@rule(Code.SAME_STACK, Files)
def duplicate_definitions(files: Files) -> Iterator[Finding]:
    """Two files do not define the same stack, repository, domain or listener rule."""
    duplicates = [each for each in files.definitions if each in files.defining_files]
    for kind, name in duplicates[:1]:  # the others follow from it
        yield Finding(None, f"the {kind} {name} is also defined by {files.defining_files[kind, name]}", _REMEDIES[kind])
