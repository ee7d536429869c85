"""Keys with nothing behind the colon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blogstack.config.errors import find_empty_values
from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.rules.rule import File, Finding, rule
from blogstack.source.document import Document


@rule(Code.WRONG_TYPE, File)
def empty_value(file: File) -> Iterator[Finding]:
    """YAML reads nothing as null, which some keys take; a null that is intended is written."""
    for path, message, help in find_empty_values(file.document):
        yield Finding(path, message, help, at_key=True)


def merge_empty_values(document: Document, diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """A file's diagnostics with one for each empty value: BS203 says what to do, and the others follow from it."""
    if not diagnostics:
        return diagnostics
    empty = {document.locate_key(path) for path in document.empties()}
    kept: dict[Span | None, Diagnostic] = {}
    for diagnostic in diagnostics:
        if diagnostic.span in empty and diagnostic.code is Code.WRONG_TYPE:
            kept.setdefault(diagnostic.span, diagnostic)
    return [diagnostic for diagnostic in diagnostics if kept.get(diagnostic.span, diagnostic) is diagnostic]
