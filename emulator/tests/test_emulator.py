"""The emulator itself: how it starts, ends, and reaches nothing else."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator import Emulator, EmulatorError
from emulator.client import ROOT

HOLD = """
import sys, time
from emulator import Emulator
with Emulator() as aws:
    print(aws.port, flush=True)
    time.sleep(60)
"""


def _listens(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_it_ends_with_its_block() -> None:
    with Emulator() as aws:
        port = aws.port
        assert _listens(port)
    assert not _listens(port)


def test_it_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert _listens(port)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _listens(port)


def test_a_missing_environment_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="run `make setup`"), Emulator(environment=tmp_path):
        pass


def test_a_command_runs_with_the_emulated_aws() -> None:
    command = [sys.executable, "-m", "emulator", "aws", "sts", "get-caller-identity"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "123456789012" in done.stdout


def test_the_cli_reaches_the_emulated_account(aws: Emulator) -> None:
    done = aws.aws("sts", "get-caller-identity", "--query=Account", "--output=text", check=True)
    assert done.stdout.strip() == aws.account
    assert aws.env["AWS_ENDPOINT_URL"] == aws.endpoint
    with pytest.raises(EmulatorError, match="exit 25"):
        aws.aws("ecs", "describe-clusters", "--nothing", check=True)


def test_the_region_is_chosen() -> None:
    with Emulator(region="eu-west-1") as aws:
        template = "Resources:\n  Group: {Type: AWS::Logs::LogGroup}\nOutputs:\n  Region: {Value: !Ref AWS::Region}\n"
        aws.deploy_text(template, "here")
        assert aws.outputs("here") == {"Region": "eu-west-1"}


def test_a_reset_leaves_nothing(network: Emulator) -> None:
    network.reset()
    assert network.client("cloudformation").list_stacks()["StackSummaries"] == []
    assert network.client("ec2").describe_nat_gateways()["NatGateways"] == []


def test_existing_refuses_what_it_does_not_know(aws: Emulator) -> None:
    with pytest.raises(EmulatorError, match="cannot add"):
        aws.add_existing(planets={})


def test_existing_secrets_keys_and_certificates_keep_their_arns(aws: Emulator) -> None:
    prefix = f"arn:aws:secretsmanager:{aws.region}:{aws.account}:secret"
    key = f"arn:aws:kms:{aws.region}:{aws.account}:key/11111111-2222-3333-4444-555555555555"
    certificate = f"arn:aws:acm:{aws.region}:{aws.account}:certificate/11111111-2222-3333-4444-555555555555"
    aws.add_existing(
        secrets={f"{prefix}:stripe-AbCdEf": "sk_test"},
        keys={key: "ours"},
        certificates={certificate: "blog.example.com"},
    )
    value = aws.client("secretsmanager").get_secret_value(SecretId=f"{prefix}:stripe-AbCdEf")
    assert value["SecretString"] == "sk_test"
    assert aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key
    described = aws.client("acm").describe_certificate(CertificateArn=certificate)["Certificate"]
    assert (described["Status"], described["DomainName"]) == ("ISSUED", "blog.example.com")


def test_several_deployments_in_one_second(aws: Emulator) -> None:
    template = "Parameters:\n  Days: {Type: Number}\nResources:\n  Group:\n    Type: AWS::Logs::LogGroup\n"
    template += "    Properties: {LogGroupName: /quick, RetentionInDays: !Ref Days}\n"
    for days in ("1", "3", "3", "5"):
        aws.deploy_text(template, "quick", {"Days": days})
    group = aws.client("logs").describe_log_groups(logGroupNamePrefix="/quick")["logGroups"][0]
    assert group["retentionInDays"] == 5
