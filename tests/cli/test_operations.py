"""`status`, `verify` and `doctor`: the console script, and the emulated AWS, in which no task runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blogstack.pipeline import compile_text
from emulator import Emulator
from tests.support.console import QUIET, Run
from tests.support.deploying import deploy_all


@pytest.fixture(scope="module")
def deployed(emulator: Emulator) -> Emulator:
    emulator.reset()
    deploy_all(emulator, compile_text("blogstack.yaml", QUIET.encode()))
    return emulator


@pytest.fixture(autouse=True)
def file(run: Run) -> None:  # noqa: ARG001 (it changes into the test's folder)
    Path("blogstack.yaml").write_text(QUIET)


def test_status(deployed: Emulator, run: Run) -> None:
    done = run("status", env=deployed.env)
    assert (done.returncode, done.stderr) == (0, "")
    first, url, service, *_ = done.stdout.splitlines()
    assert first == "blog-api in ap-northeast-2, account 123456789012"
    assert url.split() == ["url", "https://blog.example.com"]
    assert service.split()[:2] == ["service", "v1:"]
    assert done.stdout.splitlines()[-1].startswith("cost       about ")


def test_status_for_programs(deployed: Emulator, run: Run) -> None:
    found = json.loads(run("status", "--format", "json", env=deployed.env).stdout)
    assert found["stacks"]["blog-api-service"] == "CREATE_COMPLETE"
    assert [each["version"] for each in found["workloads"]] == ["v1"]


def test_only_the_shared_registry_is_left(deployed: Emulator, run: Run) -> None:
    """As after `destroy` of an environment: the other environments use it."""
    text = QUIET.replace("blog-api", "shop") + "environments: {staging: {}}\n"
    Path("shop.yaml").write_text(text)
    registry = compile_text("shop.yaml", text.encode()).templates[0]
    deployed.deploy_text(registry.text, registry.stack_name)
    status = run("status", "shop.yaml", "--env", "staging", env=deployed.env)
    assert (status.returncode, status.stdout.splitlines()[1:]) == (1, ["nothing is deployed"])
    doctor = run("doctor", "shop.yaml", "--env", "staging", env=deployed.env)
    assert doctor.returncode == 1
    assert "shop-staging is not deployed in ap-northeast-2" in doctor.stdout
    deployed.delete(registry.stack_name)


def test_doctor(deployed: Emulator, run: Run) -> None:
    """In the emulated AWS nothing answers, and nothing has failed."""
    done = run("doctor", "--format", "json", env=deployed.env)
    causes = json.loads(done.stdout)
    assert {cause["code"] for cause in causes} <= {"BS558", "BS554"}
    assert done.returncode == (1 if causes else 0)


def test_doctor_of_a_stack_that_failed(deployed: Emulator, run: Run) -> None:
    """The DNS record exists already: the cause is at the line of the domain's name."""
    Path("shop.yaml").write_text(QUIET.replace("blog-api", "shop"))
    edge = compile_text("shop.yaml", Path("shop.yaml").read_bytes())
    for template in edge.templates:
        if template.stack_name in ("shop-network", "shop-edge"):
            parameters = {"CreationComplete": "false"} if "CreationComplete:" in template.text else {}
            deployed.deploy_text(template.text, template.stack_name, parameters, check=False)
    done = run("doctor", "shop.yaml", env=deployed.env)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "shop.yaml:4:9: error[BS555]: DnsRecord (AWS::Route53::RecordSet) in shop-edge failed"
    )


def test_doctor_of_nothing(deployed: Emulator, run: Run) -> None:
    Path("other.yaml").write_text(QUIET.replace("blog-api", "other"))
    done = run("doctor", "other.yaml", env=deployed.env)
    assert done.returncode == 1
    assert "error[BS560]: other is not deployed in ap-northeast-2" in done.stdout


def test_verify(deployed: Emulator, run: Run) -> None:
    """Stacks are complete; the domain leads nowhere from here."""
    done = run("verify", env=deployed.env)
    rows = {line.split("  ")[0]: line.split("  ", 1)[1].split()[0] for line in done.stdout.splitlines()}
    assert rows["blog-api-service"] == "ok"
    assert rows["https://blog.example.com/health"] == "FAILED"
    assert done.returncode == 1


def test_without_credentials(run: Run, emulator: Emulator) -> None:
    env = {name: value for name, value in emulator.env.items() if "KEY" not in name}
    done = run("status", env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0].startswith("error: ")
    assert (
        done.stderr.splitlines()[1]
        == "help: log in as for the AWS CLI, for example with `aws sso login`, or name a --profile"
    )


def test_environments(run: Run) -> None:
    Path("blogstack.yaml").write_text(QUIET.replace("domain:", "environments: {a: {}, b: {domain: null}}\ndomain:"))
    done = run("status")
    assert done.returncode == 2
    assert "name one of the environments a and b" in done.stderr


def test_doctor_of_what_was_deleted_by_hand(deployed: Emulator, run: Run) -> None:
    """`--drift` uses the emulated CloudFormation; without it the resource is not reported. It is only a warning."""
    logs = deployed.client("logs")
    logs.delete_log_group(logGroupName="/ecs/blog-api")
    try:
        done = run("doctor", "--drift", env=deployed.env)
        without = run("doctor", env=deployed.env)
    finally:
        logs.create_log_group(logGroupName="/ecs/blog-api")
    first = (
        "blogstack.yaml:1:1: warning[BS561]: LogGroup (AWS::Logs::LogGroup) in blog-api-tasks was deleted outside of"
    )
    assert done.stdout.startswith(first)
    assert done.returncode == 0
    assert "BS561" not in without.stdout
