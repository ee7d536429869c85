"""Typical edits, each with the output of `blogstack diff`.

A case is a folder in tests/cases/diff with before.yaml, after.yaml and expected.txt.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from blogstack.diff.causes import SourceFile, add_causes
from blogstack.diff.compare import compare
from blogstack.diff.model import Comparison
from blogstack.diff.reports.text import as_text
from blogstack.diff.snapshots import regions_of, snapshot_of
from blogstack.pipeline import Compilation, compile_text

CASES = Path(__file__).parent.parent / "cases" / "diff"
NAMES = sorted(folder.name for folder in CASES.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, request: pytest.FixtureRequest) -> None:
    text, path = as_text(compared(name, with_older_file=True)), CASES / name / "expected.txt"
    if request.config.getoption("--update-goldens") and (not path.exists() or path.read_text() != text):
        path.write_text(text)
        pytest.fail(f"rewritten: {name}")
    assert text == path.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_found_without_the_older_file(name: str) -> None:
    """Against templates alone, the line of a key that is in the file is the same; a key that is gone has none."""
    with_older, without = compared(name, with_older_file=True), compared(name, with_older_file=False)
    for ours, theirs in zip(without.resources(), with_older.resources(), strict=True):
        for change, other in zip(ours.changes, theirs.changes, strict=True):
            in_file = other.cause is not None and other.cause.file == "after.yaml"
            if in_file and change.cause is not None and change.follows is None:
                assert change.cause.line == other.cause.line, (ours.logical_id, change.path)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", NAMES)
def test_back_again_has_the_values_swapped(name: str) -> None:
    """Undoing a change gives the same list of properties with old and new exchanged."""
    before, after = made(name, "before"), made(name, "after")
    there = compare(snapshot_of(before), snapshot_of(after), regions_of(after))
    back = compare(snapshot_of(after), snapshot_of(before), regions_of(before))
    assert _values(there, swapped=False) == _values(back, swapped=True)


def _values(comparison: Comparison, swapped: bool) -> set[str]:
    direct = [(r.logical_id, c) for r in comparison.resources() for c in r.changes if c.follows is None]
    return {
        f"{name} {change.path} {(change.new, change.old) if swapped else (change.old, change.new)}"
        for name, change in direct
        if not any(step.startswith("[") and step[1:-1].isdigit() for step in change.path)
    }


def compared(name: str, with_older_file: bool) -> Comparison:
    before, after = made(name, "before"), made(name, "after")
    comparison = compare(snapshot_of(before), snapshot_of(after), regions_of(after))
    older = SourceFile("HEAD:before.yaml", before.content) if with_older_file else None
    return add_causes(comparison, SourceFile("after.yaml", after.content), older)


@cache
def made(name: str, moment: str) -> Compilation:
    compilation = compile_text(f"{moment}.yaml", (CASES / name / f"{moment}.yaml").read_bytes())
    assert not compilation.failed, compilation.diagnostics
    return compilation
