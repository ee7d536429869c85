"""`blogstack diff --against deployed`: boto3 reads the deployed templates from the emulated AWS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run
from tests.support.deploying import deploy_all

FILE = QUIET + "database: {}\n"


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Emulator:
    """The file, deployed, and next to it another stack whose name has the same prefix."""
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", FILE.encode()))
    body = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    emulator.client("cloudformation").create_stack(StackName="blog-api-of-others", TemplateBody=body)
    return emulator


def test_nothing(deployed: Emulator, run: Run) -> None:
    Path("blogstack.yaml").write_text(FILE)
    result = run("diff", "--against", "deployed", env=deployed.env)
    assert (result.returncode, result.stdout, result.stderr) == (0, "no changes\n", "")


def test_a_replacement(deployed: Emulator, run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET + "database: {name: posts}\n")
    result = run("diff", "--against", "deployed", "--format", "json", env=deployed.env)
    assert result.returncode == 1
    (stack,) = json.loads(result.stdout)["stacks"]
    assert [(each["logical_id"], each["effect"]) for each in stack["resources"]] == [
        ("Database", "replaced"),
        ("DatabaseSecretAttachment", "in place"),
    ]


def test_a_stack_that_is_no_longer_made(deployed: Emulator, run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    found = json.loads(run("diff", "--against", "deployed", "--format", "json", env=deployed.env).stdout)
    left = [stack["stack"] for stack in found["stacks"] if stack["state"] == "no longer in the file"]
    assert left == ["blog-api-database"]


def test_nothing_is_deployed(deployed: Emulator, run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET.replace("blog-api", "shop"))
    result = run("diff", "--against", "deployed", env=deployed.env)
    assert result.returncode == 1
    assert result.stderr == "shop is not deployed: everything is new\n"


def test_without_an_answer(deployed: Emulator, run: Run) -> None:
    """As without credentials: the message of AWS's own library."""
    Path("blogstack.yaml").write_text(QUIET)
    environment = {**deployed.env, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    result = run("diff", "--against", "deployed", env=environment)
    assert result.returncode == 2
    assert "cloudformation:ListStacks: Could not connect to the endpoint URL" in " ".join(result.stderr.split())
