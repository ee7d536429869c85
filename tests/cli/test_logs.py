"""`blogstack logs`: the console script and the emulated AWS, with lines that a task could have written."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run, started
from tests.support.deploying import deploy_all

FILE = QUIET + "workers: {mails: {command: [mails]}}\n"


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Emulator:
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", FILE.encode()))
    now = int(time.time() * 1000)
    write(emulator, "task/blog-api/aaaaaaaa1111", (now - 3000, "one"), (now - 1000, "three"))
    write(emulator, "mails/blog-api-mails/bbbbbbbb2222", (now - 2000, "two"), (now - 2 * 3600 * 1000, "old"))
    return emulator


def write(aws: Emulator, stream: str, *lines: tuple[int, str]) -> None:
    logs = aws.client("logs")
    logs.create_log_stream(logGroupName="/ecs/blog-api", logStreamName=stream)
    events = [{"timestamp": when, "message": text} for when, text in sorted(lines)]
    logs.put_log_events(logGroupName="/ecs/blog-api", logStreamName=stream, logEvents=events)


@pytest.fixture(autouse=True)
def file(run: Run) -> None:  # noqa: ARG001 (it changes into the test's folder)
    Path("blogstack.yaml").write_text(FILE)


def rows(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert (done.returncode, done.stderr) == (0, "")
    return [line.partition("Z ")[2] for line in done.stdout.splitlines()]


def test_all(deployed: Emulator, run: Run) -> None:
    assert rows(run("logs", env=deployed.env)) == [
        "service aaaaaaaa one",
        "mails bbbbbbbb two",
        "service aaaaaaaa three",
    ]


def test_a_workload(deployed: Emulator, run: Run) -> None:
    assert rows(run("logs", "mails", env=deployed.env)) == ["bbbbbbbb two"]


def test_further_back(deployed: Emulator, run: Run) -> None:
    assert rows(run("logs", "mails", "--since", "1d", env=deployed.env)) == ["bbbbbbbb old", "bbbbbbbb two"]


def test_text(deployed: Emulator, run: Run) -> None:
    assert rows(run("logs", "--grep", "thr", env=deployed.env)) == ["service aaaaaaaa three"]


def test_no_lines(deployed: Emulator, run: Run) -> None:
    done = run("logs", "--grep", "nobody writes this", env=deployed.env)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "no lines in the last 10m; --since 2h looks further back\n"


def test_following_until_ctrl_c(deployed: Emulator) -> None:
    with started("logs", "mails", "--follow", env=deployed.env) as process:
        assert process.stdout
        assert process.stdout.readline().endswith("bbbbbbbb two\n")
        stream = "mails/blog-api-mails/cccccccc3333"
        write(deployed, stream, (int(time.time() * 1000), "new"))
        assert process.stdout.readline().endswith("cccccccc new\n")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_a_workload_that_is_not_there(run: Run) -> None:
    done = run("logs", "mail")
    assert done.returncode == 2
    assert "has no 'mail'; it has mails and service" in " ".join(done.stderr.split())


def test_a_time_that_is_none(run: Run) -> None:
    done = run("logs", "--since", "yesterday")
    assert done.returncode == 2
    assert "'yesterday' is not a duration" in done.stderr


def test_nothing_is_deployed(deployed: Emulator, run: Run) -> None:
    Path("other.yaml").write_text(QUIET.replace("blog-api", "other"))
    done = run("logs", "--file", "other.yaml", env=deployed.env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: other is not deployed in ap-northeast-2")
