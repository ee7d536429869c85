"""The printed commands in real shells, as users paste them, with stand-ins for the programs that they call."""

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

# Both sides of a pipe run at once: `docker login` is counted after what it reads.
READ = '{ test "$1" != login || cat >/dev/null; }'
COUNT = """CALL=$(wc -l <"$LOG"); test "$CALL" != "${FAIL_AT:-0}" || exit "${FAIL_WITH:-9}"
"""
AWS = """case "$1 $2" in
  "cloudformation deploy") exit "${DEPLOYED:-0}" ;;
  "sts get-caller-identity") echo "123456789012 as arn:aws:iam::123456789012:user/me" ;;
  "ecs run-task") echo "${TASK_STARTED:-arn:task}" ;;
  "ecs wait") test "$3" != tasks-stopped || test "$(grep -c $3 "$LOG")" -gt "${WAITED_IN_VAIN:-0}" ;;
  "ecs describe-tasks") echo "${EXIT_CODE:-0}" ;;
  "ec2 describe-subnets") echo "${DEFAULT_SUBNETS:-3}" ;;
  "ecr describe-images") exit "${NO_IMAGE:-0}" ;;
  "cloudformation describe-stacks")
    case "$*" in
      *StackStatus*) sed -n "$(grep -c StackStatus "$LOG")p" "$HOME/statuses" ;;
      *) echo value ;;
    esac ;;
esac"""
GIT = """case "$1" in
  rev-parse) echo 0123456789ab; exit "${NO_COMMIT:-0}" ;;
  status) printf "%s" "${CHANGED:-}" ;;
esac"""
OTHERS = {"docker": "cat >/dev/null", "curl": 'exit "${NO_ANSWER:-0}"', "git": GIT, "sleep": ""}
# Without the setting by which an interactive bash knows comments, it reads them as zsh does: not at all.
SHELLS = {"sh": ["sh"], "bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
HERE = [shell for shell in SHELLS if shutil.which(shell)]
PREPARED = {"sh": "", "bash": "shopt -u interactive_comments\n", "zsh": ""}


def script_of(case: str) -> str:
    """What is printed for an accept case."""
    compilation = compiled(case)
    files = {template.stack_name: f"out/{template.stack_name}.yaml" for template in compilation.templates}
    return deployment_script(compilation.blueprints, files)


def called(
    folder: Path, script: str, shell: str = "sh", *, statuses: str = "", **given: str
) -> tuple[int, list[str], str]:
    """The exit status of a script, what it called, and what it printed.

    Args:
        folder: For the stand-ins.
        script: What to run.
        shell: A key of SHELLS.
        statuses: What the stacks' status is at each look at one, with spaces between; then nothing.
        given: Variables of the environment.
    """
    log = folder / "log"
    log.write_text("")
    (folder / "statuses").write_text("".join(f"{status}\n" for status in statuses.split()))
    for name, body in {"aws": AWS, **OTHERS}.items():
        (folder / name).write_text(f'#!/bin/sh\n{READ}\nprintf "%s\\n" "{name} $*" >>"{log}"\n{COUNT}{body}\n')
        (folder / name).chmod(0o755)
    done = subprocess.run(
        SHELLS[shell],
        input=PREPARED[shell] + script,
        env={
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LOG": str(log),
            "TAG": "v1",
            **given,
        },
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
    ("given", "said"), [({"NO_COMMIT": "128"}, "commit first: the tag"), ({"CHANGED": "?? x"}, "uncommitted changes")]
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
    """If the image of the commit is still not in the repository, no environment is changed."""
    status, calls, _ = called(tmp_path, script_of("environments"), NO_IMAGE="254")
    assert status == 254
    deployed = [call.split()[4] for call in calls if call.startswith("aws cloudformation deploy")]
    assert deployed == ["blog-api-registry"]


def fallible(calls: list[str]) -> list[int]:
    """The numbers of the calls that stop a script when they fail; the others only ask what exists."""
    # Without a password `docker login` fails, but not its stand-in; the release step is waited for several times.
    asking = ("create-service-linked-role", "StackStatus", "ecr describe-images", "get-login-password", "tasks-stopped")
    return [number for number, call in enumerate(calls, 1) if not any(words in call for words in asking)]


@pytest.mark.parametrize("shell", HERE)
@pytest.mark.parametrize(("case", "given"), [("environments", {}), ("everything", {"NO_IMAGE": "1"})])
def test_nothing_runs_after_a_step_that_failed(tmp_path: Path, case: str, given: dict[str, str], shell: str) -> None:
    """Least of all another environment: production waits for staging."""
    script = script_of(case)
    _, calls, _ = called(tmp_path, script, shell, **given)
    assert len(fallible(calls)) > 10
    for number in fallible(calls):
        status, until, _ = called(tmp_path, script, shell, FAIL_AT=str(number), **given)
        after = [call for call in until[number:] if "StackStatus" not in call]
        assert (status != 0, after) == (True, []), calls[number - 1]


def test_the_script_from_a_file(tmp_path: Path) -> None:
    """As from a paste."""
    (tmp_path / "deploy.sh").write_text(script_of("environments"))
    run = f'sh "{tmp_path}/deploy.sh"'
    status, calls, _ = called(tmp_path, run)
    assert (status, calls) == (0, called(tmp_path, script_of("environments"))[1])
    status, calls, _ = called(tmp_path, run, DEPLOYED="255")
    assert status == 255
    assert not any("blog-api-prod" in call for call in calls)


@pytest.mark.parametrize("shell", HERE)
def test_a_release_step_may_take_longer_than_the_waiter_waits(tmp_path: Path, shell: str) -> None:
    """It is not declared failed, nor is it started again, while it runs."""
    status, calls, _ = called(tmp_path, script_of("everything"), shell, WAITED_IN_VAIN="9")
    assert (status, sum("lastStatus" in call for call in calls)) == (0, 9)
    assert sum("run-task" in call for call in calls) == 1
    status, calls, _ = called(tmp_path, script_of("everything"), shell, WAITED_IN_VAIN="1000")
    assert status != 0
    assert not any("blog-api-service" in call for call in calls if "cloudformation deploy" in call)


def test_the_script_says_where_it_deploys(tmp_path: Path) -> None:
    _, calls, output = called(tmp_path, script_of("everything"))
    assert "account 123456789012 as arn:aws:iam::123456789012:user/me" in output
    first = next(number for number, call in enumerate(calls) if call.startswith("aws"))
    assert "sts get-caller-identity" in calls[first]


STACK = "deploy_stack blog-api-service --template-file out.yaml"


def deployment(folder: Path, *statuses: str, shell: str = "sh", **given: str) -> tuple[int, list[str], str]:
    """`called` for the deployment of one stack with the script's own functions."""
    functions = script_of("minimal").split("\n\n")[0]
    return called(folder, f"{functions}\n{STACK}\n)\n", shell, statuses=" ".join(statuses), **given)


@pytest.mark.parametrize("shell", HERE)
def test_a_deployment_that_takes_longer_than_the_command_waits(tmp_path: Path, shell: str) -> None:
    """The update continues when `aws cloudformation deploy` gives up after an hour."""
    before, busy = ["UPDATE_COMPLETE"] * 2, ["UPDATE_IN_PROGRESS"] * 3
    status, calls, output = deployment(tmp_path, *before, *busy, *["UPDATE_COMPLETE"] * 2, shell=shell, DEPLOYED="255")
    assert (status, calls.count("sleep 60")) == (0, 2)
    assert "An update of blog-api-service is in progress: waiting" in output
    back = ["UPDATE_ROLLBACK_COMPLETE"] * 2
    assert deployment(tmp_path, *before, *busy, *back, shell=shell, DEPLOYED="255")[0] == 255


def test_a_deployment_that_failed_at_once(tmp_path: Path) -> None:
    for after in ("UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "UPDATE_COMPLETE"):
        status, calls, _ = deployment(tmp_path, *["UPDATE_COMPLETE"] * 2, after, DEPLOYED="255")
        assert (status, "sleep 60" in calls) == (255, False)


def test_a_stack_that_is_busy_is_waited_for(tmp_path: Path) -> None:
    """CloudFormation refuses an update while another one is in progress."""
    status, calls, _ = deployment(tmp_path, "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", *["UPDATE_COMPLETE"] * 2)
    assert status == 0
    assert [call.split()[2] if call.startswith("aws") else call for call in calls] == [
        *["describe-stacks", "sleep 60"] * 2,
        *["describe-stacks"] * 2,
        "deploy",
    ]


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


def test_what_docker_builds(tmp_path: Path) -> None:
    """Paths start from the folder of the file; all that goes into the image must be committed."""
    _, calls, _ = called(tmp_path, script_of("everything"), NO_IMAGE="1")
    (build,) = [call for call in calls if call.startswith("docker build")]
    options = "--file docker/api.Dockerfile --target runtime --build-arg COMMENT=it's here --build-arg VERSION=1.4"
    assert build.startswith(f"docker build --platform linux/arm64 {options} --tag ")
    assert build.endswith(" ..")
    assert any(call.startswith("git status --porcelain -- .. docker/api.Dockerfile") for call in calls)


@pytest.mark.parametrize(("subnets", "status"), [("0", 0), ("1", 1), ("2", 0)])
def test_zones_without_default_subnets_are_told_before_a_network(tmp_path: Path, subnets: str, status: int) -> None:
    """CloudFormation lists the zones with a default subnet, or all where there is none."""
    script, new = script_of("minimal"), " ".join(["NONE"] * 6)  # six looks at registry and network
    done, calls, output = called(tmp_path, script, statuses=new, DEFAULT_SUBNETS=subnets)
    assert (done, "list letters in network.create.availability_zones" in output) == (status, bool(status))
    assert any("blog-api-network.yaml" in call for call in calls) is (status == 0)


def test_an_internal_load_balancer_is_not_asked_from_outside(tmp_path: Path) -> None:
    _, calls, output = called(tmp_path, script_of("internal"))
    assert not any(call.startswith("curl") for call in calls)
    assert "to check it, run inside the network: curl -fsS 'value/health'" in output


def test_whoever_deploys_may_be_outside_of_the_allowed_blocks(tmp_path: Path) -> None:
    """Then a missing answer means nothing; an error does."""
    script = script_of("everything")
    status, calls, output = called(tmp_path, script, NO_ANSWER="28")
    assert (status, "to check it, run there: curl -fsS 'value/" in output) == (0, True)
    assert called(tmp_path, script, NO_ANSWER="22")[0] == 1
    assert all("--max-time" in call for call in calls if call.startswith("curl"))
    assert called(tmp_path, script_of("minimal"), NO_ANSWER="28")[0] == 28


def test_an_error_that_the_load_balancer_takes_is_no_failure(tmp_path: Path) -> None:
    """`success_codes: 200-299,404` of the case; a readiness path must be a success all the same."""
    _, calls, _ = called(tmp_path, script_of("everything"))
    health, ready = (call.split() for call in calls if call.startswith("curl") and "/app/" not in call)
    assert (health[1], health[-1].endswith("/alive")) == ("-sS", True)
    assert (ready[1], ready[-1].endswith("/ready")) == ("-fsS", True)


def test_a_shift_of_requests_says_how_long_it_takes() -> None:
    """Ten steps make nine waits."""
    assert "Each deployment takes" not in script_of("minimal")
    assert re.search(r"Each deployment takes \d+ minutes", script_of("linear"))
    assert 'go back, in a second terminal: blogstack rollback"\n' in script_of("linear")
