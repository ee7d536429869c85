"""libyaml's errors about malformed YAML as messages that say what to change, at the place to change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from blogstack.diagnostics import Code, Diagnostic, Span


class Complaint(NamedTuple):
    """libyaml's words and places: of the problem, and of what was being read (None: nothing special)."""

    problem: str
    context: str
    at: tuple[int, int]
    since: tuple[int, int] | None


_NO_KEY_BEFORE = ("a key is missing before this colon", "write `key: value`")
_START_OF_TEXT = re.compile(r"(while scanning an? (?:alias|anchor))|(while scanning a directive)")
_SECOND_COLON = re.compile(r":\s")
_COLON_WITHOUT_SPACE = re.compile(r"\s*[A-Za-z_]+:[^\s:]+\s*")


def explain_complaint(complaint: Complaint, lines: Sequence[str]) -> Diagnostic:
    """The diagnostic for a complaint about some lines; places count from 1."""
    problem, context, (line, column), since = complaint
    # libyaml reports at the end of the file what began earlier.
    ended = line > len(lines) or (line == len(lines) and column > len(lines[-1]))
    if ended:
        line, column = len(lines), len(lines[-1]) + 1
    since_line, since_column = since or (line, column)
    shown = lines[line - 1]
    head, here = shown[: column - 1], shown[column - 1 : column]

    def at_problem(message: str, help: str, code: Code = Code.SYNTAX) -> Diagnostic:
        return Diagnostic(code, message, _point(line, column), help)

    def at_start(message: str, help: str) -> Diagnostic:
        return Diagnostic(Code.SYNTAX, message, _point(since_line, since_column), help)

    if "\t" in shown[:column] and not head.strip():
        return at_problem("YAML does not allow tabs in the indentation", "indent with two spaces")
    if "undefined tag handle" in problem:
        return at_problem("a tag is not supported here", "remove what starts with `!`, or quote it", Code.TAG)
    if "unexpected end of stream" in problem or "unexpected document indicator" in problem:
        return at_start("this quoted string is not closed", "end it with the quote that it starts with")
    if match := _START_OF_TEXT.match(context):
        place, sign = ("a line", "%") if match[2] else ("a value", "&" if "anchor" in context else "*")
        return at_start(f"{place} cannot start with {sign!r}", "put the value in quotes")
    if "cannot start any token" in problem or "node content" in problem:
        if ended:
            return at_problem("a value or a closing bracket is missing at the end of the file", "add it")
        if here == ":":
            return at_problem(*_NO_KEY_BEFORE)
        return at_problem(f"a value cannot start with {here!r}", "put the value in quotes, or remove the character")
    if "expected ',' or" in problem:
        kind, close = ("list", "]") if problem.endswith("']'") else ("mapping", "}")
        help = f"separate the items in the brackets with `, `, and close them with `{close}`"
        if ended or line != since_line:
            before = "the end of the file" if ended else f"line {line}"
            return at_start(f"this {kind} lacks a `,` or its closing `{close}` before {before}", help)
        return at_problem(f"a `,` or the closing `{close}` is missing before this place", help)
    if "could not find expected ':'" in problem:
        return _no_key(lines, since_line, since_column)
    if "mapping values are not allowed" in problem:
        if _SECOND_COLON.search(head):
            return at_problem("a second `: ` on one line", "put the value that contains it in quotes")
        above = max((n for n in range(1, line) if lines[n - 1].strip()), default=line)
        if _COLON_WITHOUT_SPACE.fullmatch(lines[above - 1]):
            return _no_key(lines, above, len(lines[above - 1]) - len(lines[above - 1].lstrip()) + 1)
        return Diagnostic(
            Code.SYNTAX,
            "unexpected key: this line continues the value above",
            _point(line, len(head) - len(head.lstrip()) + 1),
            "check the indentation, and write a space after the colon of each key",
        )
    if "expected key" in problem or "'-' indicator" in problem or "<document start>" in problem:
        if here in ("]", "}"):
            return at_problem(f"unexpected `{here}`: no bracket is open", "remove it, or open the bracket first")
        if here == ":":
            return at_problem(*_NO_KEY_BEFORE)
        if head.strip(" -"):
            help = "put the whole value in quotes, and check that every quote above is closed"
            return at_problem("unexpected text after the end of a value", help)
        if "'-' indicator" in problem:
            help = "start each item with `- `, and indent the rest of an item under its first word"
            return at_problem("this line is not an item of the list above it", help)
        if "<document start>" in problem:
            help = "write `key: value` lines, or everything inside one pair of braces"
            return at_problem("unexpected text: the file's mapping ends before this line", help)
        if here == "-":
            return at_problem("unexpected list item between keys", "write `key: value`, or indent it under its key")
        return at_problem(
            "the indentation of this line matches no line above it", "indent all keys of a mapping equally"
        )
    if "block sequence entries" in problem:
        return at_problem("a list cannot start here", "put each `- ` on a line of its own, or write [a, b]")
    if "escape" in problem or "hexdecimal" in problem:
        help = r"write \\ for a backslash, or use single quotes"
        return at_problem("unknown escape sequence in a double-quoted string", help)
    if "comment or line break" in problem:
        help = "start the text on the next line; quote a value that begins with > or |"
        return at_problem("nothing may follow `|` or `>` on its line", help)
    words = f"{context}: {problem}" if context else problem
    return at_problem(f"the YAML is malformed, {words}", "check quotes, brackets and indentation around this place")


def _no_key(lines: Sequence[str], line: int, column: int) -> Diagnostic:
    colon = ":" in lines[line - 1].split(" #", 1)[0]
    help = "write a space after the colon" if colon else "write a colon and a space after the key"
    return Diagnostic(Code.SYNTAX, "expected `key: value`", _point(line, column), help)


def _point(line: int, column: int) -> Span:
    return Span(line, column, line, column + 1)
