"""Diagnostics -> text for people, with source line and caret, or JSON and GitHub's annotations for programs. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from blogstack.diagnostics import Diagnostic, Severity, Span
from blogstack.pipeline import Compilation
from blogstack.source.parse import lines

_WIDEST = 160
"""Columns of a source line that are shown: a longer one is cut around its place."""

Paint = Callable[[str, str], str]
"""Gives a text a colour, or not."""


def plain(text: str, colour: str) -> str:  # noqa: ARG001
    """No colour at all."""
    return text


def as_text(compilations: Iterable[Compilation], paint: Paint = plain) -> str:
    """Every diagnostic of some files, one below the other, for a person."""
    blocks = []
    for compilation in compilations:
        source = lines(compilation.content.decode("utf-8-sig", errors="replace"))
        blocks += [_block(compilation.path, source, diagnostic, paint) for diagnostic in compilation.diagnostics]
    return "\n".join(blocks)


def as_json(compilations: Iterable[Compilation]) -> str:
    """Every diagnostic of some files as one JSON array; lines and columns from 1, null where there is none."""
    found = [_record(compilation.path, d) for compilation in compilations for d in compilation.diagnostics]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def as_github(compilations: Iterable[Compilation]) -> str:
    """Every diagnostic of some files as a workflow command, which GitHub shows beside its line in a pull request.

    Source: GitHub Actions documentation, "Workflow commands for GitHub Actions".
    """
    return "".join(
        _annotation(compilation.path, diagnostic)
        for compilation in compilations
        for diagnostic in compilation.diagnostics
    )


def summary(compilations: Sequence[Compilation]) -> str:
    """How much was found, and where more is said of the first error; empty when nothing was."""
    found = [diagnostic for compilation in compilations for diagnostic in compilation.diagnostics]
    if not found:
        return ""
    severities = [diagnostic.severity for diagnostic in found]
    counts = []
    for severity in Severity:
        if count := severities.count(severity):
            counts.append(f"{count} {severity}{'s'[: count > 1]}")
    worst = next((diagnostic for diagnostic in found if diagnostic.is_error), found[0])
    return f"{', '.join(counts)}\n`blogstack explain {worst.code.id}` says more"


def _record(path: str, diagnostic: Diagnostic) -> dict[str, object]:
    span = diagnostic.span
    return {
        "code": diagnostic.code.id,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "path": path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "help": diagnostic.help,
    }


def _annotation(path: str, diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {"file": path.replace("\\", "/")}
    if span := diagnostic.span:
        properties |= {"line": span.line, "endLine": span.end_line}
        if span.line == span.end_line:  # GitHub takes columns only then
            properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = diagnostic.code.id
    given = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTY)}" for name, value in properties.items())
    text = "\n".join(filter(None, (diagnostic.message, diagnostic.help)))
    return f"::{diagnostic.severity} {given}::{_escaped(text, _IN_MESSAGE)}\n"


# As GitHub's own client escapes them: actions/toolkit, packages/core/src/command.ts.
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character) or printable(character) for character in text)


def _block(path: str, source: Sequence[str], diagnostic: Diagnostic, paint: Paint) -> str:
    span, severity = diagnostic.span, diagnostic.severity
    place = f"{path}:{span.line}:{span.column}: " if span else f"{path}: "
    colour = "red" if severity is Severity.ERROR else "yellow"
    label = paint(f"{severity}[{diagnostic.code.id}]", colour)
    text = f"{printable(place)}{label}: {printable(diagnostic.message)}\n"
    if span and span.line <= len(source):
        text += _excerpt(source[span.line - 1], span, lambda carets: paint(carets, colour))
    if diagnostic.help:
        text += f"{paint('help', 'cyan')}: {printable(diagnostic.help)}\n"
    return text


def _excerpt(line: str, span: Span, paint: Callable[[str], str]) -> str:
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    cut = max(0, start - _WIDEST // 2)
    shown = printable(line[cut : cut + _WIDEST])
    start, end = start - cut, min(end - cut, len(shown))
    gutter = f"{span.line:>4} | "
    indent = " " * (len(gutter) - 2) + "| " + " " * _width(shown[:start])
    return f"{gutter}{shown}\n{indent}{paint('^' * max(1, _width(shown[start:end])))}\n"


def printable(text: str) -> str:
    """A text without what a terminal would act on: tabs are one space, other control characters a dot."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "·" for c in text)


def _width(text: str) -> int:
    """Columns that a text takes in a terminal: East Asian characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
