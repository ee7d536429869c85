"""`blogstack run`: the console script and the emulated AWS, where a task runs until the test stops it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run, started
from tests.support.deploying import deploy_all

FILE = QUIET + "jobs: {digest: {command: [digest]}}\n"


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Emulator:
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", FILE.encode()))
    return emulator


@pytest.fixture(autouse=True)
def file(run: Run) -> None:  # noqa: ARG001 (it changes into the test's folder)
    Path("blogstack.yaml").write_text(FILE)


def test_a_job(deployed: Emulator) -> None:
    with started("run", "digest", env=deployed.env) as process:
        assert process.stdout
        assert process.stderr
        words = process.stderr.readline().split()
        assert words[2:] == ["of", "blog-api-digest"]
        logs, stream = deployed.client("logs"), f"digest/blog-api-digest/{words[1]}"
        logs.create_log_stream(logGroupName="/ecs/blog-api", logStreamName=stream)
        events = [{"timestamp": int(time.time() * 1000), "message": "sent 3 mails"}]
        logs.put_log_events(logGroupName="/ecs/blog-api", logStreamName=stream, logEvents=events)
        assert process.stdout.readline() == "sent 3 mails\n"
        ecs = deployed.client("ecs")
        ecs.stop_task(cluster="blog-api", task=words[1])
        (task,) = ecs.describe_tasks(cluster="blog-api", tasks=[words[1]])["tasks"]
        expected = task["containers"][0].get("exitCode", 1)
        assert process.wait(timeout=60) == expected


def test_neither_job_nor_command(run: Run) -> None:
    done = run("run")
    assert done.returncode == 2
    assert "name a job, or a command after --" in " ".join(done.stderr.split())


def test_a_job_that_is_not_there(run: Run) -> None:
    done = run("run", "digests")
    assert done.returncode == 2
    assert "has no 'digests'; it has digest" in " ".join(done.stderr.split())


def test_nothing_is_deployed(deployed: Emulator, run: Run) -> None:
    Path("other.yaml").write_text(QUIET.replace("blog-api", "other"))
    done = run("run", "--file", "other.yaml", "--", "python", "--version", env=deployed.env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the task did not start: ")


def test_a_command_is_of_the_service(deployed: Emulator, run: Run) -> None:
    """Whatever other services requests reach."""
    file = QUIET.replace("blog-api", "other") + "services: {front: {port: 3000, route: {path: /app/*}}}\n"
    Path("other.yaml").write_text(file)
    done = run("run", "--file", "other.yaml", "--", "python", "--version", env=deployed.env)
    assert "there is no stack other-service: deploy first" in done.stderr


def test_help(run: Run) -> None:
    assert "blogstack run [OPTIONS] [JOB] [-- COMMAND...]" in run("run", "--help").stdout
