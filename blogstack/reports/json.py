"""Diagnostics -> JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from blogstack.diagnostics import Diagnostic
from blogstack.pipeline import Compilation


def as_json(compilations: Iterable[Compilation]) -> str:
    """The diagnostics of some files as one JSON array; lines and columns from 1, null where there is none."""
    records = [_record(compilation.path, d) for compilation in compilations for d in compilation.diagnostics]
    return json.dumps(records, indent=2, ensure_ascii=False) + "\n"


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
