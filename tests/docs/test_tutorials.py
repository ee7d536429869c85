"""The tutorials, from their first to their last command; tests/app/test_tutorials.py runs their applications."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.walkthrough import Command, File, steps
from tools.site import DOCS

TUTORIALS = [path for path in sorted(DOCS.glob("tutorials/*.md")) if path.name != "index.md"]


@pytest.mark.slow
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda path: path.stem)
def test_its_commands_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    commands = 0
    for step in steps(page):
        if isinstance(step, File):
            step.write(tmp_path)
            continue
        done = subprocess.run(
            ["sh", "-c", step.text],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert step.prints(done.stdout), f"$ {step.text}\n{done.stdout}"
        commands += 1
    assert commands > 5


@pytest.mark.parametrize(
    ("expected", "output", "fits"),
    [
        ((), "", True),
        ((), "x\n", False),
        (("a", "...", "d"), "a\nb\nc\nd\n", True),
        (("a", "...", "d"), "a\nd\n", True),
        (("a...",), "a.b\n", True),
        (("a...",), "a.b\nc\n", False),
        (("a", "..."), "b\n", False),
    ],
)
def test_output_is_compared(expected: tuple[str, ...], output: str, fits: bool) -> None:
    assert Command("", expected).prints(output) is fits
