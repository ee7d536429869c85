"""`make shell`: the user's shell, in which a file of the user is deployed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.console import MINIMAL, QUIET

TYPED = """\
blogstack deploy --image-tag v1 --yes
blogstack verify
sed -i 's|/healthz|/wrong|' blogstack.yaml
blogstack deploy --image-tag v2 --yes
blogstack doctor
"""


@pytest.mark.slow
@pytest.mark.parametrize("file", [MINIMAL, QUIET], ids=["http", "https"])
def test_a_file_of_the_user_is_deployed(tmp_path: Path, file: str) -> None:
    """A path that the file did not name when the shell began is not answered."""
    path = tmp_path / "blogstack.yaml"
    path.write_text(f"{file}service: {{health: {{path: /healthz}}}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "tests.emulated_shell", str(path)],
        cwd=ROOT,
        env={**os.environ, "SHELL": "/bin/sh"},
        input=TYPED,
        capture_output=True,
        text=True,
    )
    assert "/healthz answers\n" in done.stdout, done.stderr
    assert "FAILED" not in done.stdout.partition("tag v2")[0]
    assert "error[BS549]" in done.stderr, "what deploy says"
    assert "error[BS549]" in done.stdout, "what doctor says"
    assert done.returncode == 1, "that of doctor, the last command"


def test_a_file_with_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "blogstack.yaml"
    path.write_text(f"{MINIMAL}service: {{memory: 8192}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "tests.emulated_shell", str(path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "error[BS301]" in done.stderr
