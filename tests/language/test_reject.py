"""Files that are wrong, each with what must be said about it written on the offending lines.

    memory: 8192  # E[BS301]@11 memory 8192 is not sold with cpu 512 -> with cpu 512 choose ...

E is an error, W a warning; `@column` and `-> help` may be left out; a message or a help that ends in `...` is only its
beginning. Several stand on one line one after the other. Where no comment can stand on the line, a line of its own
anywhere says where: `# E[BS105]@7:3 ...`, or `@-` for nowhere. Nothing else may be said about the file, and
`pytest --update-goldens` writes down what is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from blogstack.diagnostics import Code, Diagnostic
from blogstack.lint.cache import NoVerdicts
from blogstack.pipeline import compile_text, lint_all
from tests.cases import REJECT, REJECTED

HELLO = "name: blog-api\nregion: us-east-1\ndomain: {name: blog.example.com, hosted_zone_id: Z0123456789}\n"
OPEN = "a value or a closing bracket is missing at the end of the file"
MARK = re.compile(r"\s*# ([EW])\[(BS\d{3})\](?:@(?:(\d+):)?(\d+|-))? ")


class Expected(NamedTuple):
    """A diagnostic that must be; `line` 0: it has no place; `column` None: any."""

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
            and _says(self.message, got.message)
            and (self.help is None or _says(self.help, got.help or ""))
        )


def _says(expected: str, got: str) -> bool:
    return got.startswith(expected[:-3]) if expected.endswith("...") else got == expected


def expected_in(text: str) -> list[Expected]:
    """What a case's comments ask for."""
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


def told(diagnostic: Diagnostic) -> Expected:
    """A diagnostic in the terms of the comments."""
    line, column = diagnostic.span[:2] if diagnostic.span else (0, None)
    letter = "E" if diagnostic.is_error else "W"
    return Expected(letter, diagnostic.code.id, line, column, diagnostic.message, diagnostic.help)


def mismatch(expected: Iterable[Expected], got: Iterable[Expected]) -> str:
    """What was expected and not said, and what was said and not expected; empty when all is well."""
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
    """What is said about a file; linted only where a finding of the linter is expected, because that takes long."""
    compilation = compile_text(name, content)
    if b"[BS401]" in content and not compilation.failed:
        (compilation,) = lint_all([compilation], NoVerdicts())
    return compilation.diagnostics


def rewritten(name: str, text: str) -> str:
    """A case with what is really said in its comments: on the lines, or at the top where it was so or must be so."""
    end = "\r\n" if "\r\n" in text else "\n"
    old, lines = expected_in(text), text.split(end)
    alone = [bool(MARK.match(line)) for line in lines]
    with_help = {e.code for e in old if e.help}
    bare = [MARK.split(line, maxsplit=1)[0] for line, is_mark in zip(lines, alone, strict=True) if not is_mark]
    body = end.join(bare)
    lint = "# [BS401]" + end if "[BS401]" in text else ""
    got = [told(d) for d in diagnose(name, (lint + body).encode())]
    shown = [g._replace(line=g.line - bool(lint) if g.line else 0) for g in got]
    if not any(alone):
        for g in shown:
            if g.line:
                bare[g.line - 1] += "  " + _comment(g, f"@{g.column}", g.code in with_help)
        result = end.join(bare)
        if not mismatch(expected_in(result), map(told, diagnose(name, result.encode()))):
            return result
    moved = [(g, f"@{g.line + len(shown)}:{g.column}" if g.line else "@-") for g in shown]
    return end.join([_comment(g, place, g.code in with_help) for g, place in moved]) + end + body


def _comment(got: Expected, place: str, with_help: bool) -> str:
    return f"# {got.letter}[{got.code}]{place} {got.message}" + (f" -> {got.help}" if with_help and got.help else "")


def check_sound(content: bytes, diagnostics: Sequence[Diagnostic]) -> None:
    """Every diagnostic is one line, has a remedy and stands inside the text; they are in the order of the text."""
    lines = re.split(r"\r\n|\r|\n", content.decode("utf-8-sig", errors="replace"))
    for diagnostic in diagnostics:
        assert diagnostic.help, f"no remedy: {diagnostic}"
        assert "\n" not in diagnostic.message + diagnostic.help
        if span := diagnostic.span:
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert 1 <= span.column <= len(lines[span.line - 1]) + 1
            assert (span.line, span.column) < (span.end_line, span.end_column)
    places = [d.span[:2] if d.span else (0, 0) for d in diagnostics]
    assert places == sorted(places)


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    content = path.read_bytes()
    text = content.decode()
    expected, diagnostics = expected_in(text), diagnose(path.name, content)
    wrong = mismatch(expected, map(told, diagnostics))
    if wrong and request.config.getoption("--update-goldens"):
        path.write_bytes(rewritten(path.name, text).encode())
        pytest.fail(f"{path.name} was rewritten; it said otherwise:\n{wrong}", pytrace=False)
    if wrong:
        pytest.fail(f"{path.name}\n{wrong}", pytrace=False)
    assert path.parent.name in {e.code for e in expected}, f"{path.name} does not expect the code of its folder"
    check_sound(content, diagnostics)


def test_names_of_cases() -> None:
    """Each case is in a folder of its code; names are unique among all folders and have hyphens."""
    assert sorted(REJECT.rglob("*.yaml")) == REJECTED
    assert {path.parent.name for path in REJECTED} <= {code.id for code in Code}
    names = [path.stem for path in REJECTED]
    assert [name for name in set(names) if names.count(name) > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_what_a_case_cannot_hide() -> None:
    """A wrong line, column, code, letter, message or help fails, and so does one diagnostic more or fewer."""
    text = "service:\n  cpu: 512  # E[BS301]@8 not sold -> buy # W[BS310] one task\n# E[BS402]@- too... -> help...\n"
    first, second, third = expected_in(text)
    assert first == Expected("E", "BS301", 2, 8, "not sold", "buy")
    assert second == Expected("W", "BS310", 2, None, "one task", None)
    assert third == Expected("E", "BS402", 0, None, "too...", "help...")
    assert third.fits(third._replace(message="too large", help="helps"))
    assert second.fits(second._replace(column=3, help="more"))
    for other in (
        first._replace(letter="W"),
        first._replace(code="BS302"),
        first._replace(line=3),
        first._replace(column=9),
        first._replace(message="not sold here"),
        first._replace(help=None),
    ):
        assert mismatch([first, second], [other, second]) == f"  expected  {first}\n  got       {other}"
    assert mismatch([first], []) == f"  expected  {first}"
    assert mismatch([first], [first, first]) == f"  got       {first}"
    with pytest.raises(AssertionError, match="line 2 does not say which line"):
        expected_in("a: 1\n  # E[BS201]@3 unknown key\n")


@pytest.mark.parametrize(
    ("stale", "fresh"),
    [
        (
            f"{HELLO}scaling:\n  min: 3  # E[BS205]@1 old\n  max: 2\n",
            f"{HELLO}scaling:\n  min: 3\n  max: 2  # E[BS302]@8 scaling.min 3 is above scaling.max 2\n",
        ),
        (
            f"# E[BS105]@9:9 old\n# what it is\n{HELLO}tags: [\n",
            f"# E[BS105]@6:8 {OPEN}\n# what it is\n{HELLO}tags: [\n",
        ),
        (
            f"{HELLO}port: 1 # E[BS1]\n".replace("\n", "\r\n"),
            f"{HELLO}port: 1 # E[BS1]  # E[BS201]@1 unknown key 'port'\n".replace("\n", "\r\n"),
        ),
        (
            f"{HELLO}logs: {{retention: 'one\n  week'}}\n",
            f"# E[BS204]@5:8 logs.retention cannot be the text 'one week'\n{HELLO}logs: {{retention: 'one\n  week'}}\n",
        ),
    ],
)
def test_rewriting(stale: str, fresh: str) -> None:
    """`--update-goldens` writes what is said, keeps the rest, and has nothing to do a second time."""
    assert rewritten("case.yaml", stale) == fresh
    assert rewritten("case.yaml", fresh) == fresh
