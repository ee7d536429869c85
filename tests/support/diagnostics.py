"""Diagnostics as comments: what a reject case expects, compared with what the compiler reports.

    memory: 8192  # E[BS301]@11 Fargate has no task size with cpu 512 and memory 8192 -> with cpu 512 choose ...

tests/README.md has the whole format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from blogstack.diagnostics import Diagnostic
from blogstack.pipeline import compile_text, lint_all
from tests.support.lint import NoLintCache

HELLO = "name: blog-api\nregion: us-east-1\ndomain: {name: blog.example.com, hosted_zone_id: Z0123456789}\n"
MARK = re.compile(r"\s*# ([EW])\[(BS\d{3})\](?:@(?:(\d+):)?(\d+|-))? ")


class Expected(NamedTuple):
    """A diagnostic that a case expects; `line` 0: it has no position; `column` None: any."""

    letter: str
    code: str
    line: int
    column: int | None
    message: str
    help: str | None

    def __str__(self) -> str:
        place = f"{self.line}:{self.column or '*'}" if self.line else "-"
        return f"{place} {self.letter}[{self.code}] {self.message}" + (f" -> {self.help}" if self.help else "")

    def fits(self, got: Expected) -> bool:
        """Whether a diagnostic is this one."""
        return (
            (self.letter, self.code, self.line) == (got.letter, got.code, got.line)
            and self.column in (None, got.column)
            and _matches(self.message, got.message)
            and (self.help is None or _matches(self.help, got.help or ""))
        )


def _matches(expected: str, got: str) -> bool:
    return got.startswith(expected[:-3]) if expected.endswith("...") else got == expected


def expected_in(text: str) -> list[Expected]:
    """The diagnostics in a case's comments."""
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        marks = list(MARK.finditer(line))
        ends = [*[mark.start() for mark in marks[1:]], len(line)]
        for mark, end in zip(marks, ends, strict=False):
            letter, code, at_line, column = mark.groups()
            message, _, help = line[mark.end() : end].strip().partition(" -> ")
            alone = not line[: marks[0].start()].strip()
            assert not alone or at_line or column == "-", f"line {number} does not say which line it is about"
            place = 0 if column == "-" else int(at_line or number)
            at_column = int(column) if place and column else None
            found.append(Expected(letter, code, place, at_column, message, help or None))
    return found


def as_expected(diagnostic: Diagnostic) -> Expected:
    """A diagnostic in the terms of the comments."""
    line, column = diagnostic.span[:2] if diagnostic.span else (0, None)
    letter = "E" if diagnostic.is_error else "W"
    return Expected(letter, diagnostic.code.id, line, column, diagnostic.message, diagnostic.help)


def mismatch(expected: Iterable[Expected], got: Iterable[Expected]) -> str:
    """Expected but missing, and reported but not expected diagnostics; empty if they agree."""
    missing, surplus = list(expected), []
    for one in got:
        fitting = next((e for e in missing if e.fits(one)), None)
        if fitting:
            missing.remove(fitting)
        else:
            surplus.append(one)
    lines = [f"  expected  {e}" for e in missing] + [f"  got       {g}" for g in surplus]
    return "\n".join(lines)


def diagnose(name: str, content: bytes) -> tuple[Diagnostic, ...]:
    """The diagnostics of a file; linted only where a finding of the linter is expected, because that takes long."""
    compilation = compile_text(name, content)
    if b"[BS401]" in content and not compilation.failed:
        (compilation,) = lint_all([compilation], NoLintCache())
    return compilation.diagnostics


def rewrite(name: str, text: str) -> str:
    """A case with the diagnostics that it gets as comments: on their lines, or at the top if they were or must be."""
    end = "\r\n" if "\r\n" in text else "\n"
    old, lines = expected_in(text), text.split(end)
    alone = [bool(MARK.match(line)) for line in lines]
    with_help = {e.code for e in old if e.help}
    bare = [MARK.split(line, maxsplit=1)[0] for line, is_mark in zip(lines, alone, strict=True) if not is_mark]
    body = end.join(bare)
    lint = "# [BS401]" + end if "[BS401]" in text else ""
    got = [as_expected(d) for d in diagnose(name, (lint + body).encode())]
    shown = [g._replace(line=g.line - bool(lint) if g.line else 0) for g in got]
    if not any(alone):
        for g in shown:
            if g.line:
                bare[g.line - 1] += "  " + _comment(g, f"@{g.column}", g.code in with_help)
        result = end.join(bare)
        if not mismatch(expected_in(result), map(as_expected, diagnose(name, result.encode()))):
            return result
    moved = [(g, f"@{g.line + len(shown)}:{g.column}" if g.line else "@-") for g in shown]
    return end.join([_comment(g, place, g.code in with_help) for g, place in moved]) + end + body


def _comment(got: Expected, place: str, with_help: bool) -> str:
    return f"# {got.letter}[{got.code}]{place} {got.message}" + (f" -> {got.help}" if with_help and got.help else "")


def check_sound(content: bytes, diagnostics: Sequence[Diagnostic]) -> None:
    """Check that each diagnostic is one line, has a help and a position, and that errors come first, by position."""
    lines = re.split(r"\r\n|\r|\n", content.decode("utf-8-sig", errors="replace"))
    for diagnostic in diagnostics:
        assert diagnostic.help, f"no remedy: {diagnostic}"
        assert "\n" not in diagnostic.message + diagnostic.help
        if span := diagnostic.span:
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
            assert (span.line, span.column) < (span.end_line, span.end_column)
    places = [(not d.is_error, d.span[:2] if d.span else (0, 0)) for d in diagnostics]
    assert places == sorted(places)
