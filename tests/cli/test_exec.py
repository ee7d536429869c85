"""`blogstack exec`: the console script, the real AWS CLI and the emulated AWS; a script replaces the plugin."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run
from tests.support.deploying import deploy_all

FILE = QUIET + "service: {exec: true, readonly_root: false}\n"
# The AWS CLI first runs the plugin without arguments, to see whether it is there.
_PLUGIN = '#!/bin/sh\ntest "$#" -gt 0 || exit 0\nfor WORD; do echo "$WORD"; done >plugin\n'


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Emulator:
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", FILE.encode()))
    emulator.client("ecs").run_task(
        cluster="blog-api", taskDefinition="blog-api", launchType="FARGATE", enableExecuteCommand=True
    )
    return emulator


@pytest.fixture
def plugin(run: Run, tmp_path: Path) -> Path:  # noqa: ARG001 (it changes into the test's folder)
    Path("blogstack.yaml").write_text(FILE)
    script = tmp_path / "bin" / "session-manager-plugin"
    script.parent.mkdir()
    script.write_text(_PLUGIN)
    script.chmod(0o755)
    return script.parent


def test_a_command(deployed: Emulator, run: Run, plugin: Path, tmp_path: Path) -> None:
    environment = {**deployed.env, "PATH": f"{plugin}{os.pathsep}{deployed.env['PATH']}"}
    done = run("exec", "--", "python", "-c", "print(1, 2)", env=environment)
    assert done.stderr.startswith("task "), done.stderr
    words = (tmp_path / "plugin").read_text().splitlines()
    assert json.loads(words[0])["streamUrl"].startswith("wss://ssmmessages.ap-northeast-2.")
    assert words[1:3] == ["ap-northeast-2", "StartSession"]


def test_the_container_of_an_environment(deployed: Emulator, run: Run, plugin: Path, tmp_path: Path) -> None:
    """Its name is that of the application in all environments, unlike that of the ECS service."""
    file = FILE.replace("blog-api", "shop").replace("domain:", "environments: {prod: {}}\ndomain:")
    Path("blogstack.yaml").write_text(file)
    compilation = compile_text("blogstack.yaml", file.encode())
    deploy_all(deployed, compilation)
    deployed.client("ecs").run_task(
        cluster="shop-prod", taskDefinition="shop-prod", launchType="FARGATE", enableExecuteCommand=True
    )
    (plugin / "aws").write_text('#!/bin/sh\necho "$@" >called\n')
    (plugin / "aws").chmod(0o755)
    done = run("exec", env={**deployed.env, "PATH": f"{plugin}{os.pathsep}{deployed.env['PATH']}"})
    assert done.returncode == 0, done.stderr
    called = (tmp_path / "called").read_text().split()
    named = called[called.index("--container") + 1]
    (definition,) = deployed.client("ecs").describe_task_definition(taskDefinition="shop-prod")["taskDefinition"][
        "containerDefinitions"
    ]
    assert named == definition["name"] == "shop"


def test_without_the_plugin(deployed: Emulator, run: Run) -> None:
    Path("blogstack.yaml").write_text(FILE)
    done = run("exec", env=deployed.env)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: the AWS CLI's Session Manager plugin is not installed\nhelp: https://docs.aws"
    )


def test_without_the_cli(run: Run, plugin: Path) -> None:
    done = run("exec", env={"PATH": str(plugin)})
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: the AWS CLI is not installed")


def test_it_is_off(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET + "workers: {mails: {command: [mails]}}\n")
    done = run("exec", "mails")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: ECS Exec is off for mails\nhelp: set workers.mails.exec: true and deploy\n"


def test_no_task(deployed: Emulator, run: Run, plugin: Path) -> None:
    Path("blogstack.yaml").write_text(FILE.replace("blog-api", "other"))
    environment = {**deployed.env, "PATH": f"{plugin}{os.pathsep}{deployed.env['PATH']}"}
    done = run("exec", env=environment)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: no task of service is running")
