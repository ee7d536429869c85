"""`blogstack deploy`, the real command against the emulated AWS."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen

import pytest

from emulator import Emulator
from tests.support.console import QUIET, TAKES_CTRL_C, Run, on_terminal
from tests.support.deploying import ZONES
from tests.support.images import BROKEN, SLOW, make_docker
from tests.support.web import Web, web

FILE = f"{QUIET}database: {{}}\nservice: {{release: [python, -m, migrate]}}\n"
CERTIFICATE = "arn:aws:acm:ap-northeast-2:123456789012:certificate/12345678-90ab-cdef-1234-567890abcdef"
STACKS = ["registry", "network", "database", "edge", "tasks", "service"]

Deploy = Callable[..., CompletedProcess[str]]


@pytest.fixture
def aws(emulator: Emulator) -> Emulator:
    emulator.reset()
    emulator.add_existing(hosted_zones=ZONES)
    return emulator


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Web]:
    with web(tmp_path, "blog.example.com") as started:
        yield started


@pytest.fixture
def deploy(aws: Emulator, internet: Web, run: Run, tmp_path: Path) -> Deploy:
    """Runs `blogstack deploy` with a docker in PATH."""
    programs = tmp_path / "programs"
    programs.mkdir()
    make_docker(programs)
    path = f"{programs}{os.pathsep}{aws.env['PATH']}"
    environment = {**aws.env, **internet.environment, "PATH": path, "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]}

    def deploy(*arguments: str, **changed: str) -> CompletedProcess[str]:
        return run("deploy", *arguments, env={**environment, **changed})

    return deploy


def statuses(aws: Emulator) -> dict[str, str]:
    """The status of every stack, by the last word of its name."""
    stacks = aws.client("cloudformation").list_stacks()["StackSummaries"]
    return {
        s["StackName"].rpartition("-")[2]: s["StackStatus"] for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"
    }


def test_first_second_and_next(aws: Emulator, deploy: Deploy, internet: Web, tmp_path: Path) -> None:
    """From an empty account to a service that answers; then a run without changes; then the next version."""
    Path("blogstack.yaml").write_text(FILE)
    first = deploy("--image-tag", "v1", "--yes")
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.startswith(f"blog-api to account {aws.account} as arn:aws:")
    assert "blog-api-registry: create: 1 created\n" in first.stdout
    assert "(from the template: it imports what another stack will export)" in first.stdout
    assert "not checked: the delegation of example.com (the endpoint does not belong to AWS)\n" in first.stdout
    assert first.stdout.endswith("deployed\n")
    assert {kind: statuses(aws)[kind] for kind in STACKS} == {
        "registry": "CREATE_COMPLETE",
        "network": "CREATE_COMPLETE",
        "database": "CREATE_COMPLETE",
        "edge": "UPDATE_COMPLETE",
        "tasks": "CREATE_COMPLETE",
        "service": "CREATE_COMPLETE",
    }
    assert internet.requested == ["https://blog.example.com/health"]
    calls = [line.split()[0] for line in (tmp_path / "programs" / "docker.log").read_text().splitlines()]
    assert calls == ["build", "login", "push"]

    second = deploy("--image-tag", "v1")
    assert second.returncode == 0, second.stderr
    assert second.stdout.count(": nothing to change\n") == len(STACKS)
    assert second.stdout.endswith("nothing to change; `blogstack verify` checks what runs\n")

    third = deploy("--image-tag", "v2", "--yes")
    assert third.returncode == 0, third.stderr
    (service,) = aws.client("ecs").describe_services(cluster="blog-api", services=["blog-api"])["services"]
    task = aws.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert task["containerDefinitions"][0]["image"].endswith("/blog-api:v2")
    assert "blog-api-network: nothing to change" in third.stdout
    assert "release service: done" in third.stdout


def test_it_asks(aws: Emulator, deploy: Deploy) -> None:
    """Without a terminal nothing is deployed, and nothing is left of the change sets."""
    Path("blogstack.yaml").write_text(FILE)
    done = deploy("--image-tag", "v1")
    assert done.returncode == 1
    assert "confirmation needs a terminal; --yes skips it" in done.stdout
    assert statuses(aws) == {}


def test_errors_come_first(aws: Emulator, deploy: Deploy) -> None:
    Path("blogstack.yaml").write_text(f"{QUIET}service: {{memory: 8192}}\n")
    done = deploy("--image-tag", "v1", "--yes")
    assert done.returncode == 1
    assert "error[BS301]" in done.stderr
    assert done.stdout == ""
    assert statuses(aws) == {}


def test_a_resource_that_fails(aws: Emulator, deploy: Deploy) -> None:
    """The reason is at the line that creates the resource; a second run deletes the failed stack and continues."""
    Path("blogstack.yaml").write_text(f"{QUIET}  certificate_arn: {CERTIFICATE}\n")
    failed = deploy("--image-tag", "v1", "--yes")
    assert failed.returncode == 1
    place = "blogstack.yaml:3:1: error[BS510]: Listener (AWS::ElasticLoadBalancingV2::Listener) in blog-api-edge: "
    assert place in failed.stderr, failed.stderr
    assert statuses(aws)["edge"] == "ROLLBACK_COMPLETE"
    assert "service" not in statuses(aws)

    aws.add_existing(certificates={CERTIFICATE: "blog.example.com"})
    again = deploy("--image-tag", "v1", "--yes")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "removing blog-api-edge, whose creation failed" in again.stdout
    assert "blog-api-network: nothing to change" in again.stdout
    assert statuses(aws)["service"] == "CREATE_COMPLETE"


def test_dns_outside_of_route_53(aws: Emulator, deploy: Deploy, internet: Web) -> None:
    """The load balancer is requested before a record points to it, and the records to create are printed."""
    zone = "hosted_zone_id: Z0123456789ABCDEFGHIJ"
    Path("blogstack.yaml").write_text(QUIET.replace(zone, f"certificate_arn: {CERTIFICATE}"))
    refused = deploy("--image-tag", "v1", "--yes")
    assert "error[BS528]: there is no such certificate in this account and region" in refused.stderr, refused.stderr
    assert statuses(aws) == {}

    aws.add_existing(certificates={CERTIFICATE: "blog.example.com"})
    done = deploy("--image-tag", "v1", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    (balancer,) = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    name = balancer["DNSName"]
    assert f"in your DNS, point blog.example.com to {name} with a CNAME record" in " ".join(done.stdout.split())
    assert (internet.requested, internet.tunnels) == (["https://blog.example.com/health"], [f"{name}:443"])
    records = aws.client("route53").list_resource_record_sets(HostedZoneId=next(iter(ZONES)))["ResourceRecordSets"]
    assert not [record for record in records if record["Type"] == "A"]


def test_what_would_fail_later(aws: Emulator, deploy: Deploy) -> None:
    """All problems at once, before anything is created; a missing right or service is only reported."""
    aws.client("logs").create_log_group(logGroupName="/ecs/blog-api")
    aws.client("ecr").create_repository(repositoryName="blog-api")
    zone = QUIET.replace("blog.example.com", "blog.example.org")
    Path("blogstack.yaml").write_text(f"{zone}service: {{secrets: {{KEY: {{ssm: /blog/key}}}}}}\n")
    done = deploy("--image-tag", "v1", "--yes")
    assert done.returncode == 1
    found = re.findall(r"^blogstack.yaml:(\d+):\d+: error\[(BS\d+)\]", done.stderr, re.MULTILINE)
    assert found == [("1", "BS520"), ("1", "BS520"), ("5", "BS519"), ("6", "BS544")]
    assert "not checked: " not in done.stdout
    assert statuses(aws) == {}


def test_the_first_deployment_has_a_wrong_health_path(aws: Emulator, deploy: Deploy, run: Run) -> None:
    """CloudFormation deletes the service that did not become stable; why it did not is told all the same."""
    aws.add_existing(answers={"/health": 200})
    Path("blogstack.yaml").write_text(f"{QUIET}service: {{health: {{path: /healthz}}}}\n")
    failed = deploy("--image-tag", "v1", "--yes")
    assert failed.returncode == 1
    assert statuses(aws)["service"] == "ROLLBACK_COMPLETE"
    cause = "blogstack.yaml:6:26: error[BS549]: service answers the load balancer's check of /healthz with 404"
    assert cause in failed.stderr
    doctor = run("doctor", env=aws.env)
    assert doctor.returncode == 1
    assert cause in doctor.stdout + doctor.stderr
    verify = run("verify", env=aws.env)
    assert "there is no ECS service" in verify.stdout


def test_a_release_step_that_fails(aws: Emulator, deploy: Deploy) -> None:
    Path("blogstack.yaml").write_text(FILE.replace("[python, -m, migrate]", "['false']"))
    failed = deploy("--image-tag", "v1", "--yes")
    assert failed.returncode == 1
    assert "error[BS512]: the release step exited with 1; the service was not updated" in failed.stderr
    assert "service" not in statuses(aws)


def test_production_after_staging(aws: Emulator, deploy: Deploy) -> None:
    """Staging fails, so production is not deployed, though its own templates are good."""
    domain = f"{{name: staging.example.com, certificate_arn: {CERTIFICATE!r}}}"
    Path("blogstack.yaml").write_text(f"{QUIET}environments:\n  staging: {{domain: {domain}}}\n  prod: {{}}\n")
    failed = deploy("--image-tag", "v1", "--yes")
    assert failed.returncode == 1
    assert "not deployed after this failure: prod" in failed.stdout
    stacks = aws.client("cloudformation").list_stacks()["StackSummaries"]
    left = {stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}
    assert {name for name in left if "prod" in name} == set()
    assert "blog-api-staging-network" in left


def test_json(deploy: Deploy) -> None:
    """Every line is an object with its kind."""
    Path("blogstack.yaml").write_text(QUIET)
    done = deploy("--image-tag", "v1", "--yes", "--output", "json")
    assert done.returncode == 0, done.stdout
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {line["event"] for line in lines}
    assert kinds == {"message", "plan", "started", "ended", "resource", "rollout", "note"}
    planned = {line["stack"]: line for line in lines if line["event"] == "plan"}
    assert planned["blog-api-registry"]["resources"] == [
        {"logical_id": "Repository", "type": "AWS::ECR::Repository", "effect": "created", "data": None}
    ]
    ended = [line for line in lines if line["event"] == "ended"]
    assert {line["outcome"] for line in ended if line["step"].startswith("blog-api")} == {"done"}
    (rollout,) = [line for line in lines if line["event"] == "rollout"]
    assert (rollout["desired"], rollout["running"], rollout["failed"]) == (2, 2, 0)


def test_only_one_workload(deploy: Deploy) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    assert deploy("--image-tag", "v1", "--yes").returncode == 0
    Path("blogstack.yaml").write_text(f"{QUIET}service: {{cpu: 1024, memory: 2048}}\nlogs: {{retention: 90}}\n")
    done = deploy("--image-tag", "v1", "--yes", "--only", "service")
    assert done.returncode == 0, done.stderr
    assert "blog-api-tasks" not in done.stdout
    wrong = deploy("--image-tag", "v1", "--yes", "--only", "celery")
    assert wrong.returncode == 2
    assert "there is no stack or workload 'celery'" in " ".join(wrong.stderr.replace("│", " ").split())


def test_nothing_can_build(deploy: Deploy, tmp_path: Path) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    done = deploy("--image-tag", "v1", "--yes", PATH=str(tmp_path))
    assert done.returncode == 1
    assert "error[BS515]: there is no image " in done.stderr
    assert "docker build --platform linux/amd64" in done.stderr


def test_docker_does_not_run(aws: Emulator, deploy: Deploy, tmp_path: Path) -> None:
    """It is known before anything is made, and buildah takes its place."""
    Path("blogstack.yaml").write_text(QUIET)
    programs = tmp_path / "programs"
    make_docker(programs, stopped=True)
    done = deploy("--image-tag", "v1", "--yes", PATH=str(programs))
    assert done.returncode == 1
    assert "and neither a running docker nor buildah to build it" in done.stderr
    assert statuses(aws) == {}
    other = tmp_path / "other"
    other.mkdir()
    make_docker(other)
    (other / "docker").rename(programs / "buildah")
    done = deploy("--image-tag", "v1", "--yes", PATH=str(programs))
    assert done.returncode == 0, done.stderr
    assert "for linux/amd64 with buildah" in done.stdout


def test_a_build_that_fails(aws: Emulator, deploy: Deploy, tmp_path: Path) -> None:
    """Its last lines are shown, and steps that run side by side with it are completed."""
    make_docker(tmp_path / "programs", BROKEN)
    Path("blogstack.yaml").write_text(QUIET)
    done = deploy("--image-tag", "v1", "--yes")
    assert done.returncode == 1
    assert "  | step 3: no such file: requirements.txt\n" in done.stderr
    assert "error[BS515]: docker build exited with status 1" in done.stderr
    assert statuses(aws)["network"] == "CREATE_COMPLETE"
    assert "service" not in statuses(aws)


def test_interrupted(aws: Emulator, internet: Web, deploy: Deploy, tmp_path: Path) -> None:
    """Ctrl-C prints how to continue, and the second run continues."""
    log = make_docker(tmp_path / "programs", SLOW)
    Path("blogstack.yaml").write_text(QUIET)
    path = f"{tmp_path / 'programs'}{os.pathsep}{aws.env['PATH']}"
    command = [str(Path(sys.executable).with_name("blogstack")), "deploy", "--image-tag", "v1", "--yes"]
    environment = {**aws.env, **internet.environment, "PATH": path, "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"]}
    # A session of its own: a terminal sends Ctrl-C to the command and to docker.
    with Popen(
        command, env=environment, stdout=PIPE, text=True, start_new_session=True, preexec_fn=TAKES_CTRL_C
    ) as running:
        for _ in range(600):
            if log.exists():
                break
            time.sleep(0.1)
        os.killpg(running.pid, signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "no longer waiting; what was started continues in AWS, and no further step starts\n" in said
    assert "aws cloudformation cancel-update-stack --region ap-northeast-2 --stack-name blog-api-service" in said

    make_docker(tmp_path / "programs")
    again = deploy("--image-tag", "v1", "--yes")
    assert again.returncode == 0, again.stdout + again.stderr
    assert statuses(aws)["service"] == "CREATE_COMPLETE"


def test_an_unknown_profile(deploy: Deploy) -> None:
    Path("blogstack.yaml").write_text(QUIET)
    done = deploy("--image-tag", "v1", "--profile", "nobody")
    assert done.returncode == 1
    assert "error[BS516]: The config profile (nobody) could not be found" in done.stderr


def test_nobody_is_there(run: Run, aws: Emulator) -> None:
    """Without a connection to AWS: what to do, and not a traceback."""
    Path("blogstack.yaml").write_text(QUIET)
    done = run("deploy", "--image-tag", "v1", env={**aws.env, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert done.returncode == 1
    assert "error[BS516]: sts:GetCallerIdentity: Could not connect to the endpoint URL" in done.stderr
    assert "check the connection, then deploy again: it picks up what is in progress" in done.stderr


def test_on_a_terminal(aws: Emulator, internet: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks; then there is a tree, which ends with every step done."""
    monkeypatch.chdir(tmp_path)
    make_docker(tmp_path)
    environment = {**aws.env, **internet.environment, "PATH": f"{tmp_path}{os.pathsep}{aws.env['PATH']}"}
    Path("blogstack.yaml").write_text(QUIET)
    asked = on_terminal("deploy", "--image-tag", "v1", typed="n\n", **environment)
    assert "Deploy? [y/N]: " in asked
    assert statuses(aws) == {}
    shown = on_terminal("deploy", "--image-tag", "v1", "--yes", **environment)
    tree = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert re.search(r"✓ blog-api-network +(\d+ s +)?\d+ finished", tree), tree
    assert re.search(r"✓ blog-api-service.*\r?\n✓ stable service.*\r?\n✓ request service", tree), tree
    assert tree.rstrip().endswith("deployed")
