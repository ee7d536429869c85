"""The templates' folder: whatever happens, no file in it is half written."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.console import OUT, QUIET, Run, contents


def test_a_full_disk(run: Run) -> None:
    """A limit on the size of files stands for it: the system refuses the write in the middle of a template."""
    Path("blogstack.yaml").write_text(QUIET)
    run("compile", "--no-lint")
    before = contents(OUT)
    Path("blogstack.yaml").write_text(QUIET + "scaling: {max: 12}\ntags: {team: blog}\n")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))

    result = run("compile", "--no-lint", preexec_fn=limit)
    assert result.returncode == 1
    assert "error[BS501]: templates/out cannot be written: File too large" in result.stderr
    assert contents(OUT) == before


def test_a_folder_in_the_way(run: Run) -> None:
    """When the last rename fails, the ones before it are taken back."""
    Path("blogstack.yaml").write_text(QUIET)
    run("compile", "--no-lint")
    (OUT / "blog-api-service.yaml").unlink()
    (OUT / "blog-api-service.yaml").mkdir()
    before = {path.name: path.read_bytes() for path in OUT.iterdir() if path.is_file()}
    Path("blogstack.yaml").write_text(QUIET + "tags: {team: blog}\n")
    result = run("compile", "--no-lint")
    assert result.returncode == 1
    assert "error[BS501]" in result.stderr
    assert {path.name: path.read_bytes() for path in OUT.iterdir() if path.is_file()} == before


def test_an_output_that_is_a_file(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    Path("templates").write_text("in the way")
    assert "error[BS501]" in run("compile", "--no-lint").stderr


def test_a_kill_at_any_moment(run: Run) -> None:
    """Each file is the old one or the new one, and the next compilation mends the set."""
    versions = [QUIET, QUIET + "tags: {team: blog}\n"]
    whole = []
    for version in versions:
        Path("blogstack.yaml").write_text(version)
        start = time.monotonic()
        run("compile", "--no-lint")
        longest = time.monotonic() - start
        whole.append(contents(OUT))
    moments = random.Random(7)
    for attempt in range(12):
        Path("blogstack.yaml").write_text(versions[attempt % 2])
        command = [sys.executable, "-m", "blogstack", "compile", "--no-lint"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(longest * moments.uniform(0.5, 1.0))
            process.kill()
        for name, content in contents(OUT).items():
            assert name.startswith(".blogstack-") or content in (whole[0][name], whole[1][name])
    run("compile", "--no-lint")
    after = {name: content for name, content in contents(OUT).items() if not name.startswith(".")}
    assert after == whole[1]


def test_what_a_killed_run_left_is_swept_away(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    OUT.mkdir(parents=True)
    old, new = OUT / ".blogstack-0123456789abcdef.tmp", OUT / ".blogstack-fedcba9876543210.tmp"
    for path in (old, new):
        path.write_text("half")
    os.utime(old, (time.time() - 3600, time.time() - 3600))
    run("compile", "--no-lint")
    assert not old.exists()
    assert new.exists()  # perhaps of a run beside this one
