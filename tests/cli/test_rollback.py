"""`blogstack rollback`: the console script and the emulated AWS, with two versions deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run
from tests.support.deploying import deploy_all


@pytest.fixture
def deployed(emulator: Emulator) -> Emulator:
    emulator.reset()
    compilation = compile_text("blogstack.yaml", QUIET.encode())
    deploy_all(emulator, compilation, "v1")
    deploy_all(emulator, compilation, "v2")
    for tag in ("v1", "v2"):
        emulator.client("ecr").put_image(repositoryName="blog-api", imageTag=tag, imageManifest=f'{{"tag": "{tag}"}}')
    return emulator


@pytest.fixture(autouse=True)
def file(run: Run) -> None:  # noqa: ARG001 (it changes into the test's folder)
    Path("blogstack.yaml").write_text(QUIET)


def image(aws: Emulator) -> str:
    ecs = aws.client("ecs")
    (service,) = ecs.describe_services(cluster="blog-api", services=["blog-api"])["services"]
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    return str(definition["containerDefinitions"][0]["image"]).rpartition(":")[2]


def test_there_and_by_name(deployed: Emulator, run: Run) -> None:
    done = run("rollback", "--yes", env=deployed.env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "blog-api in ap-northeast-2: replace v2 with v1; the deployed template stays the same"
    )
    assert image(deployed) == "v1"
    assert run("rollback", "--to", "v2", "--yes", env=deployed.env).returncode == 0
    assert image(deployed) == "v2"
    missing = run("rollback", "--to", "v3", "--yes", env=deployed.env)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("error: there is no image blog-api:v3; ")


def test_without_a_terminal(deployed: Emulator, run: Run) -> None:
    done = run("rollback", env=deployed.env)
    assert done.returncode == 1
    assert done.stderr == "nothing was done: confirmation needs a terminal; --yes skips it\n"
    assert image(deployed) == "v2"


def test_nothing_is_deployed(deployed: Emulator, run: Run) -> None:
    Path("other.yaml").write_text(QUIET.replace("blog-api", "other"))
    done = run("rollback", "--file", "other.yaml", "--yes", env=deployed.env)
    assert (done.returncode, done.stderr) == (1, "error: other is not deployed\n")
