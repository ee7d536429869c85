"""Keys with nothing after the colon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blogstack.config import Config
from blogstack.config.fields import Kind, keys_to_write, type_at
from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.rules.rule import File, Finding, rule
from blogstack.source.document import Document
from blogstack.source.environments import ENVIRONMENTS
from blogstack.words import dotted


@rule(Code.WRONG_TYPE, File)
def empty_value(file: File) -> Iterator[Finding]:
    """A key has a value: YAML reads a missing one as null, which some keys accept, so null must be written out."""
    for path in file.document.empty_keys():
        within = path[2:] if path[0] == ENVIRONMENTS else path
        try:
            expected = type_at(Config, within)
        except KeyError:  # an unknown key is another error
            continue
        help = "write null if no value is intended, or remove the key"
        if expected and expected.kind is Kind.SECTION:
            needed = keys_to_write(expected.python)
            keys = f"its keys below it, indented: {', '.join(needed)}" if needed else "`{}` for its defaults"
            help = f"write {keys}; or write null for none"
        if within:  # an environment may be empty
            yield Finding(path, f"{dotted(path)} has no value", help, at_key=True)


def merge_empty_values(document: Document, diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """A file's diagnostics with only BS203 for each empty value: it says what to do, and the others follow from it."""
    if not diagnostics:
        return diagnostics
    empty = {document.locate_key(path) for path in document.empty_keys()}
    kept: dict[Span | None, Diagnostic] = {}
    for diagnostic in diagnostics:
        if diagnostic.span in empty and diagnostic.code is Code.WRONG_TYPE:
            kept.setdefault(diagnostic.span, diagnostic)
    return [diagnostic for diagnostic in diagnostics if kept.get(diagnostic.span, diagnostic) is diagnostic]
