"""A first deployment that fails, by the printed script: nothing that it leaves blocks the next one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from blogstack.deploy.shell import deployment_script
from blogstack.pipeline import Compilation, compile_text
from emulator import Emulator
from emulator.command_line import served
from tests.support.deploying import ZONES, give_what_exists
from tests.support.script import stand_in

DOMAIN = "domain: {name: blog.example.com, hosted_zone_id: Z0123456789ABCDEFGHIJ}\n"
BLOG = f"name: blog-api\nregion: ap-northeast-2\n{DOMAIN}"


@pytest.fixture
def aws(emulator: Emulator) -> Emulator:
    emulator.reset()
    return emulator


def run_script(aws: Emulator, folder: Path, compilation: Compilation) -> subprocess.CompletedProcess[str]:
    """Run what `blogstack compile` prints."""
    files = {}
    for template in compilation.templates:
        path = folder / f"{template.stack_name}.yaml"
        path.write_text(template.text)
        files[template.stack_name] = str(path)
    script = deployment_script(compilation.blueprints, files)
    with TemporaryDirectory(prefix="aws-") as short, served(Path(short), aws.env) as program:
        environment = stand_in(aws.env, folder, program)
        return subprocess.run(["sh"], input=script, env=environment, capture_output=True, text=True, check=False)


def statuses(aws: Emulator) -> Mapping[str, str]:
    """The status of every stack that was not deleted."""
    stacks = aws.client("cloudformation").list_stacks()["StackSummaries"]
    return {s["StackName"]: s["StackStatus"] for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"}


def load_balancers(aws: Emulator) -> list[str]:
    """ARNs of the load balancers."""
    return [balancer["LoadBalancerArn"] for balancer in aws.client("elbv2").describe_load_balancers()["LoadBalancers"]]


def is_protected(aws: Emulator, balancer: str) -> bool:
    """Whether AWS refuses to delete a load balancer."""
    answer = aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=balancer)
    return {"Key": "deletion_protection.enabled", "Value": "true"} in answer["Attributes"]


def test_a_service_that_does_not_start(aws: Emulator, tmp_path: Path) -> None:
    """The load balancer, which is protected, is in another stack: it stays and serves the second try."""
    compilation = compile_text("blogstack.yaml", f"{BLOG}service: {{secrets: {{KEY: {{ssm: /blog/key}}}}}}\n".encode())
    aws.add_existing(hosted_zones=ZONES)
    failed = run_script(aws, tmp_path, compilation)
    assert failed.returncode != 0
    assert statuses(aws)["blog-api-service"] == "ROLLBACK_COMPLETE"
    (balancer,) = load_balancers(aws)
    aws.client("ssm").put_parameter(Name="/blog/key", Value="value", Type="SecureString")
    again = run_script(aws, tmp_path, compilation)
    assert again.returncode == 0, again.stderr
    assert "Removing blog-api-service, whose creation failed" in again.stdout
    assert set(statuses(aws).values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert load_balancers(aws) == [balancer]
    assert is_protected(aws, balancer)


def test_a_load_balancer_whose_record_cannot_be_made(aws: Emulator, tmp_path: Path) -> None:
    """The edge stack is created without the protection and without access logs, so its rollback leaves nothing."""
    arn = f"arn:aws:acm:{aws.region}:{aws.account}:certificate/12345678-90ab"
    text = BLOG.replace("hosted_zone_id", f'certificate_arn: "{arn}", hosted_zone_id')
    compilation = compile_text("blogstack.yaml", text.encode())
    aws.add_existing(certificates={arn: "blog.example.com"})
    failed = run_script(aws, tmp_path, compilation)  # there is no such hosted zone
    assert any(reason.startswith("DnsRecord") for reason in aws.failures("blog-api-edge"))
    assert failed.returncode != 0
    assert statuses(aws)["blog-api-edge"] == "ROLLBACK_COMPLETE"
    assert load_balancers(aws) == []
    assert aws.client("s3").list_buckets()["Buckets"] == []
    aws.add_existing(hosted_zones=ZONES)
    again = run_script(aws, tmp_path, compilation)
    assert again.returncode == 0, again.stderr
    (balancer,) = load_balancers(aws)
    assert is_protected(aws, balancer)


def test_deployed_again_nothing_changes(aws: Emulator, tmp_path: Path) -> None:
    """The protection is not taken off for a moment, and no stack is updated."""
    compilation = compile_text("blogstack.yaml", BLOG.encode())
    give_what_exists(aws, compilation)
    assert run_script(aws, tmp_path, compilation).returncode == 0
    again = run_script(aws, tmp_path, compilation)
    assert again.returncode == 0
    assert again.stdout.count("No changes to deploy") == len(compilation.templates)
    assert "CreationComplete=false" not in again.stderr
