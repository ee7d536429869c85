"""The printed commands in real shells, as users paste them; what they call is stood in for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from blogstack.deploy.shell import deployment_script
from tests.cases import NAMES, compiled
from tests.support.console import Run, quiet

AWS = """case "$1 $2" in
  "ecs run-task") echo "${TASK_STARTED:-arn:task}" ;;
  "ecs describe-tasks") echo "${EXIT_CODE:-0}" ;;
  "ecr describe-images") exit "${NO_IMAGE:-0}" ;;
  "cloudformation describe-stacks") echo value ;;
esac"""
GIT = """case "$1" in
  rev-parse) echo 0123456789ab; exit "${NO_COMMIT:-0}" ;;
  status) printf "%s" "${CHANGED:-}" ;;
esac"""
OTHERS = {"docker": "", "curl": "", "git": GIT}
# Without the setting by which an interactive bash knows comments, it reads them as zsh does: not at all.
SHELLS = {"sh": ["sh"], "bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
HERE = [shell for shell in SHELLS if shutil.which(shell)]
PREPARED = {"sh": "", "bash": "shopt -u interactive_comments\n", "zsh": ""}


def script_of(case: str) -> str:
    """What is printed for an accept case."""
    compilation = compiled(case)
    files = {template.stack_name: f"out/{template.stack_name}.yaml" for template in compilation.templates}
    return deployment_script(compilation.blueprints, files)


def called(folder: Path, script: str, shell: str = "sh", **given: str) -> tuple[int, list[str], str]:
    """The exit status of a script, what it called, and what it printed."""
    log = folder / "log"
    log.write_text("")
    for name, body in {"aws": AWS, **OTHERS}.items():
        (folder / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>"{log}"\n{body}\n')
        (folder / name).chmod(0o755)
    done = subprocess.run(
        SHELLS[shell],
        input=PREPARED[shell] + script,
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), "TAG": "v1", **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, log.read_text().splitlines(), done.stdout + done.stderr


@pytest.mark.parametrize("shell", HERE)
@pytest.mark.parametrize("case", ["everything", "environments", "internal", "image-elsewhere"])
def test_every_shell_calls_the_same(tmp_path: Path, case: str, shell: str) -> None:
    script = script_of(case)
    status, calls, said = called(tmp_path, script, shell)
    assert (status, "not found" in said) == (0, False)
    assert calls == called(tmp_path, script)[1]
    deployed = [call.split()[4] for call in calls if call.startswith("aws cloudformation deploy")]
    assert deployed == [template.stack_name for template in compiled(case).templates]


@pytest.mark.parametrize("case", NAMES)
def test_nothing_that_a_shell_reads_otherwise_when_it_is_pasted(case: str) -> None:
    """No comment, no history of an interactive shell."""
    script = script_of(case)
    assert not re.search(r"(?:^|\s)#", script, re.MULTILINE)
    assert not re.search(r"!(?![ =])", script)


@pytest.mark.parametrize(
    ("given", "said"), [({"NO_COMMIT": "128"}, "with git"), ({"CHANGED": "?? x"}, "from this folder")]
)
def test_nothing_is_deployed_that_is_in_no_commit(tmp_path: Path, given: dict[str, str], said: str) -> None:
    """Files that git does not know would be in the image too."""
    status, calls, output = called(tmp_path, script_of("everything"), **given)
    assert (status, said in output) == (1, True)
    assert not any(call.startswith(("aws", "docker")) for call in calls)


def test_the_image_is_built_where_the_file_is(run: Run) -> None:
    """Of two services in folders of their own, each has its own Dockerfile."""
    for name in ("one", "the other"):
        Path(name).mkdir()
        Path(name, "blogstack.yaml").write_text(quiet(name.replace(" ", "-")))
    printed = run("compile", "--no-lint", "one/blogstack.yaml", "the other/blogstack.yaml").stdout
    built = [line.split("$TAG")[1] for line in printed.splitlines() if "docker build" in line]
    assert built == ['" one', "\" 'the other'"]
    assert "git status --porcelain -- 'the other'" in printed


def test_an_environment_waits_for_its_image(tmp_path: Path) -> None:
    """Pasted after a build that failed, or after another commit, it changes nothing."""
    _, staging, _ = script_of("environments").split('\n(echo "=== blog-api in ')
    status, calls, _ = called(tmp_path, f'(echo "=== blog-api in {staging}', NO_IMAGE="254")
    assert status == 254
    assert not any("deploy" in call for call in calls)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TASK_STARTED": "None"}, "no capacity"),
        ({"EXIT_CODE": "1"}, "failed"),
        ({"EXIT_CODE": "None"}, "failed"),
    ],
)
def test_a_release_step_that_does_not_end_well(tmp_path: Path, given: dict[str, str], said: str) -> None:
    """The service stays as it is."""
    status, calls, output = called(tmp_path, script_of("everything"), **given)
    assert (status, said in output) == (1, True)
    assert any("blog-api-tasks" in call for call in calls)
    assert not any("blog-api-service" in call for call in calls)


def test_an_internal_load_balancer_is_not_asked_from_outside(tmp_path: Path) -> None:
    _, calls, output = called(tmp_path, script_of("internal"))
    assert not any(call.startswith("curl") for call in calls)
    assert "ask from inside the network: curl -fsS 'value/health'" in output
