"""Diagnostics -> workflow commands, which GitHub shows as annotations in a pull request.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blogstack.diagnostics import Diagnostic
from blogstack.pipeline import Compilation
from blogstack.reports.text import printable

# The escapes of GitHub's client:
# https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def as_github(compilations: Iterable[Compilation]) -> str:
    """The diagnostics of some files, one workflow command each."""
    return "".join(
        _annotation(compilation.path, diagnostic)
        for compilation in compilations
        for diagnostic in compilation.diagnostics
    )


def _annotation(path: str, diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {"file": path.replace("\\", "/")}
    if span := diagnostic.span:
        properties |= {"line": span.line, "endLine": span.end_line}
        if span.line == span.end_line:  # GitHub accepts columns only then
            properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = diagnostic.code.id
    pairs = ",".join(f"{name}={_escape(str(value), _IN_PROPERTY)}" for name, value in properties.items())
    text = "\n".join(filter(None, (diagnostic.message, diagnostic.help)))
    return f"::{diagnostic.severity} {pairs}::{_escape(text, _IN_MESSAGE)}\n"


def _escape(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character) or printable(character) for character in text)
