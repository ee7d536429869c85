"""Diagnostics -> SARIF 2.1.0, for code scanning services.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html. Section
numbers below refer to it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.help.explain import page
from blogstack.pipeline import Compilation

Json = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
"""A link in Markdown; plain text keeps its words."""


def as_sarif(compilations: Iterable[Compilation]) -> str:
    """The diagnostics of some files as a SARIF log of one run."""
    pairs = [(compilation.path, diagnostic) for compilation in compilations for diagnostic in compilation.diagnostics]
    codes = sorted({diagnostic.code for _, diagnostic in pairs}, key=lambda code: code.id)
    driver = {"name": "blogstack", "version": version("blogstack"), "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [_result(path, diagnostic, codes.index(diagnostic.code)) for path, diagnostic in pairs],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: Code) -> Json:
    text = page(code)
    meaning = text.split("\n\n")[2]  # after the title and its first heading
    return {
        "id": code.id,
        "name": code.name.title().replace("_", ""),
        "shortDescription": {"text": code.subject},
        "fullDescription": {"text": _LINK.sub(r"\1", " ".join(meaning.split()))},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(path: str, diagnostic: Diagnostic, rule: int) -> Json:
    place = {"artifactLocation": {"uri": _uri(path)}, "region": _region(diagnostic.span)}
    return {
        "ruleId": diagnostic.code.id,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": "\n".join(filter(None, (diagnostic.message, diagnostic.help)))},
        "locations": [{"physicalLocation": place}],
    }


def _region(span: Span | None) -> Json:
    """Lines and columns from 1, the end column exclusive, as in `Span` (3.30.5 to 3.30.8).

    A diagnostic without a place is at the first line, because GitHub requires one: rule GH1003 of
    https://github.com/microsoft/sarif-sdk.
    """
    if span is None:
        return {"startLine": 1}
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _uri(path: str) -> str:
    """A path as a URI; a relative one stays relative, to the current folder (3.4.3)."""
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(os.fsencode(pure.as_posix()))
