"""Diagnostics about files and folders: the real console script, in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.folder_cases import FOLDERS, INIT, OUT, compiled, run


@pytest.mark.parametrize("name", FOLDERS)
def test_files(name: str, tmp_path: Path) -> None:
    """The diagnostics, the exit status, and a folder that is as it was before."""
    case = FOLDERS[name]
    case.prepare(tmp_path)
    before = dict(contents(tmp_path))
    status, output, errors = run(tmp_path, f"{case.command} --diagnostics json")
    assert (status, errors) == (1, "")
    found = json.loads(output)
    assert [(d["code"], d["path"], d["message"], d["help"]) for d in found] == list(case.said)
    assert {d["severity"] for d in found} == {"error"}
    assert {d["line"] is not None for d in found if "this line" not in d["message"]} <= {False}
    assert dict(contents(tmp_path)) == before


def test_files_as_text(tmp_path: Path) -> None:
    """People read the same, on standard error."""
    status, output, errors = run(tmp_path, "compile")
    assert (status, output) == (1, "")
    report = f"blogstack.yaml: error[BS101]: no such file\nhelp: {INIT}\n"
    assert errors == f"{report}\n1 error\nFor details: `blogstack explain BS101`\n"


def test_check_of_what_was_compiled(tmp_path: Path) -> None:
    """No message if the templates are up to date, whatever else is in the folder."""
    compiled(tmp_path)
    (tmp_path / OUT / "notes.yaml").write_text("mine: true\n")
    assert run(tmp_path, "compile --check --no-lint") == (0, "", "")


def contents(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    """Every file in a folder with its bytes, every other thing without."""
    for path in folder.rglob("*"):
        yield path.relative_to(folder).as_posix(), path.read_bytes() if path.is_file() else None
