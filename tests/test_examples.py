"""Every folder of examples/ is a project that compiles without findings, with all files that it refers to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text, lint_all
from tests.conftest import ROOT
from tests.support.lint import NoLintCache

EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/blogstack.yaml"))
each = pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)


def test_every_folder_is_one() -> None:
    assert sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir()) == EXAMPLES


@pytest.mark.slow
@each
def test_it_compiles_without_a_word(folder: Path) -> None:
    """No errors, no warnings, and nothing that cfn-lint finds."""
    compilation = compile_text("blogstack.yaml", (folder / "blogstack.yaml").read_bytes())
    (linted,) = lint_all([compilation], NoLintCache())
    assert linted.diagnostics == ()
    assert linted.templates


@each
def test_what_is_copied_into_images_is_there(folder: Path) -> None:
    """Of each Dockerfile, beside which the image is built."""
    dockerfiles = sorted(folder.rglob("Dockerfile"))
    for dockerfile in dockerfiles:
        for words in re.findall(r"^COPY (?!--from)(.*)$", dockerfile.read_text(), flags=re.M):
            for source in words.split()[:-1]:
                assert list(dockerfile.parent.glob(source)), f"{dockerfile}: {source}"


@each
def test_the_code_is_python(folder: Path) -> None:
    for path in folder.rglob("*.py"):
        compile(path.read_text(), path, "exec")
