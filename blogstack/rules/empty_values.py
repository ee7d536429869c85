"""Keys with nothing after the colon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blogstack.config.errors import find_empty_values
from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.rules.rule import File, Finding, rule
from blogstack.source.document import Document


@rule(Code.WRONG_TYPE, File)
def empty_value(file: File) -> Iterator[Finding]:
    """A key has a value: YAML reads a missing one as null, which some keys accept, so null must be written out."""
    for path, message, help in find_empty_values(file.document):
        yield Finding(path, message, help, at_key=True)


def merge_empty_values(document: Document, diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """A file's diagnostics with only BS203 for each empty value: it says what to do, and the others follow from it."""
    if not diagnostics:
        return diagnostics
    empty = {document.locate_key(path) for path in document.empties()}
    kept: dict[Span | None, Diagnostic] = {}
    for diagnostic in diagnostics:
        if diagnostic.span in empty and diagnostic.code is Code.WRONG_TYPE:
            kept.setdefault(diagnostic.span, diagnostic)
    return [diagnostic for diagnostic in diagnostics if kept.get(diagnostic.span, diagnostic) is diagnostic]
