"""Diagnostics -> text for people, with the source line and carets under the place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from blogstack.diagnostics import Diagnostic, Severity, Span
from blogstack.pipeline import Compilation
from blogstack.source.parse import lines

_MAX_COLUMNS = 160
"""How many characters of a source line are shown; a longer line is cut around the place."""

Paint = Callable[[str, str], str]
"""Gives a text a colour; may leave it as it is."""


def plain(text: str, colour: str) -> str:  # noqa: ARG001
    """A text without colour."""
    return text


def as_text(compilations: Iterable[Compilation], paint: Paint = plain) -> str:
    """The diagnostics of some files, one below the other; empty when there are none."""
    blocks = []
    for compilation in compilations:
        source = lines(compilation.content.decode("utf-8-sig", errors="replace"))
        blocks += [_block(compilation.path, source, diagnostic, paint) for diagnostic in compilation.diagnostics]
    return "\n".join(blocks)


def summary(compilations: Iterable[Compilation]) -> str:
    """The number of errors and warnings, and how to read about the first error; empty when there are none."""
    diagnostics = [diagnostic for compilation in compilations for diagnostic in compilation.diagnostics]
    if not diagnostics:
        return ""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = []
    for severity in Severity:
        if count := severities.count(severity):
            counts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    worst = next((diagnostic for diagnostic in diagnostics if diagnostic.is_error), diagnostics[0])
    return f"{', '.join(counts)}\nFor details: `blogstack explain {worst.code.id}`"


def printable(text: str) -> str:
    """A text without control characters, which a terminal would act on: a tab becomes a space, the others a dot."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "·" for c in text)


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
    cut = max(0, start - _MAX_COLUMNS // 2)
    shown = printable(line[cut : cut + _MAX_COLUMNS])
    start, end = start - cut, min(end - cut, len(shown))
    gutter = f"{span.line:>4} | "
    indent = " " * (len(gutter) - 2) + "| " + " " * _width(shown[:start])
    return f"{gutter}{shown}\n{indent}{paint('^' * max(1, _width(shown[start:end])))}\n"


def _width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # imported here, because few lines need it

    return cell_len(text)
