"""`blogstack destroy`: the console script and the emulated AWS."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run
from tests.support.deploying import deploy_all

FILE = QUIET + "database: {}\n"
OPEN = QUIET + "database: {deletion_protection: false}\nload_balancer: {deletion_protection: false}\n"
KINDS = ("service", "tasks", "edge", "database", "network", "registry")


@pytest.fixture
def deployed(emulator: Emulator) -> Emulator:
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", OPEN.encode()))
    return emulator


@pytest.fixture(autouse=True)
def file(run: Run) -> None:  # noqa: ARG001 (it changes into the test's folder)
    Path("blogstack.yaml").write_text(OPEN)


def left(aws: Emulator) -> list[str]:
    return [f"blog-api-{kind}" for kind in KINDS if aws.exists(f"blog-api-{kind}")]


def test_everything_goes_in_order(deployed: Emulator, run: Run) -> None:
    done = run("destroy", "--yes", "blog-api", env=deployed.env)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "blog-api in ap-northeast-2, account 123456789012"
    assert "  a last snapshot is kept: Database" in lines
    assert lines[-6:] == [f"deleted blog-api-{kind}" for kind in KINDS]
    assert left(deployed) == []
    assert [each["repositoryName"] for each in deployed.client("ecr").describe_repositories()["repositories"]] == [
        "blog-api"
    ]
    again = run("destroy", "--yes", "blog-api", env=deployed.env)
    assert (again.returncode, again.stdout) == (0, "blog-api is not deployed in ap-northeast-2\n")


def deploy_guest(aws: Emulator, output: str) -> None:
    """A stack of somebody else's that imports an output of the tasks stack."""
    value = f'!ImportValue "blog-api-tasks:{output}"'
    aws.deploy_text(f"Resources:\n  Topic: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: {value}}}}}\n", "guest")


def test_a_second_run_goes_on(deployed: Emulator, run: Run) -> None:
    """Another stack imports from the tasks stack, which stays until that stack is deleted."""
    deploy_guest(deployed, "LogGroupName")
    done = run("destroy", "--yes", "blog-api", env=deployed.env)
    assert done.returncode == 1
    assert done.stderr.startswith("error: "), done.stderr
    assert "blog-api-tasks" in done.stderr
    assert left(deployed) == [f"blog-api-{kind}" for kind in KINDS[1:]]
    deployed.delete("guest")
    assert run("destroy", "--yes", "blog-api", env=deployed.env).returncode == 0
    assert left(deployed) == []


def test_another_application_uses_it(deployed: Emulator, run: Run) -> None:
    """Its stacks import the cluster: nothing is deleted before they are."""
    deploy_guest(deployed, "ClusterName")
    done = run("destroy", "--yes", "blog-api", env=deployed.env)
    assert done.returncode == 1
    use = "other stacks use the network, cluster and load balancer"
    assert done.stderr.splitlines() == [f"error: {use}: delete guest first", "nothing was deleted"]
    assert len(left(deployed)) == len(KINDS)
    deployed.delete("guest")
    assert run("destroy", "--yes", "blog-api", env=deployed.env).returncode == 0


def test_protection_stays(emulator: Emulator, run: Run) -> None:
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", FILE.encode()))
    done = run("destroy", "--yes", "blog-api", env=emulator.env)
    assert done.returncode == 1
    first, second, last = done.stderr.splitlines()
    help = "is protected: set {}.deletion_protection: false and deploy first"
    assert first == f"error: LoadBalancer in blog-api-edge {help.format('load_balancer')}"
    assert second == f"error: Database in blog-api-database {help.format('database')}"
    assert last == "nothing was deleted"
    assert len(left(emulator)) == len(KINDS)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--yes", "blog"], "'blog' is not what would be deleted; write --yes blog-api"),
        ([], "confirmation needs a terminal; --yes blog-api skips it"),
    ],
)
def test_without_the_name(deployed: Emulator, run: Run, arguments: list[str], reason: str) -> None:
    done = run("destroy", *arguments, env=deployed.env)
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stderr.endswith("nothing was deleted\n")
    assert len(left(deployed)) == len(KINDS)


@pytest.mark.parametrize(("typed", "status", "stacks"), [("blog", 1, 6), ("blog-api", 0, 0)])
def test_the_name_is_typed(deployed: Emulator, typed: str, status: int, stacks: int) -> None:
    ours, theirs = pty.openpty()
    script = Path(sys.executable).with_name("blogstack")
    with subprocess.Popen([script, "destroy"], stdin=theirs, stdout=theirs, stderr=theirs, env=deployed.env) as process:
        os.close(theirs)
        os.write(ours, f"{typed}\n".encode())
        while _read(ours):
            pass
        assert process.wait(timeout=60) == status
    os.close(ours)
    assert len(left(deployed)) == stacks


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
