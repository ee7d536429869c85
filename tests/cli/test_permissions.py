"""`blogstack permissions`: the console script, without AWS."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.console import QUIET, Run


def test_both(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    done = run("permissions")
    policies = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert next(iter(policies)) == "blog-api-deploy-1"
    assert list(policies)[-1] == "blog-api-read"


def test_a_reader(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    assert list(json.loads(run("permissions", "--for", "read").stdout)) == ["blog-api-read"]


def test_a_file_with_errors(run: Run) -> None:
    Path("blogstack.yaml").write_text("name: Blog\n")
    done = run("permissions")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[" in done.stderr
