"""The policies of a deployer and a reader: valid, short enough, and with every call that is made."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

import blogstack
from blogstack.deploy.shell import deployment_script
from blogstack.lint.cfn import Job, lint
from blogstack.permissions.policies import Policies, deploy_policies, read_policies
from blogstack.pipeline import lower_environment, read_environments
from tests.cases import EACH, compiled
from tests.support.lint import NoLintCache

CHANGING = ("change_sets.py", "changes.py", "images.py", "protection.py")
"""The modules of aws/ for commands that change something."""

LIMIT = 6144
"""Characters of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def of_deployer(name: str) -> Policies:
    compilation = compiled(name)
    (source, *_) = (
        each
        for each in read_environments("blogstack.yaml", compilation.content)
        if each.name == (compilation.blueprints[0].environment or "")
    )
    stacks = lower_environment(source)
    assert stacks
    return deploy_policies(compilation.blueprints[0], stacks)


def statements(policies: Policies) -> list[dict[str, Any]]:
    return [statement for policy in policies.values() for statement in policy["Statement"]]


def allowed(policies: Policies) -> set[str]:
    return {action for statement in statements(policies) for action in statement["Action"]}


@pytest.mark.parametrize("name", EACH)
def test_length(name: str) -> None:
    policies = {**of_deployer(name), **read_policies(compiled(name).blueprints[0])}
    assert max(len(json.dumps(policy, separators=(",", ":"))) for policy in policies.values()) <= LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("name", ["everything", "minimal", "china"])
def test_cfn_lint_finds_nothing(name: str) -> None:
    """One of its rules is W3037: IAM knows each action."""
    policies = {**of_deployer(name), **read_policies(compiled(name).blueprints[0])}
    resources = {
        f"Policy{number}": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
        for number, policy in enumerate(policies.values())
    }
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
    assert list(lint([Job(text, "us-east-1")], NoLintCache())) == [()]
    wrong = text.replace("sts:GetCallerIdentity", "sts:GetCallersName")
    (found,) = lint([Job(wrong, "us-east-1")], NoLintCache())
    assert {finding.rule for finding in found} == {"W3037"}


@pytest.mark.parametrize("name", EACH)
def test_the_printed_script_is_covered(name: str) -> None:
    compilation = compiled(name)
    files = {template.stack_name: f"{template.stack_name}.yaml" for template in compilation.templates}
    script = deployment_script(compilation.blueprints, files)
    assert set(_actions_of_script(script)) <= allowed(of_deployer(name))


def _actions_of_script(script: str) -> Iterator[str]:
    for service, operation in re.findall(r"\baws ([a-z]+) ([a-z][a-z-]+)", script):
        if (service, operation) == ("logs", "tail"):  # https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html
            yield "logs:FilterLogEvents"
        elif operation == "deploy":  # https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/
            yield from (f"cloudformation:{each}ChangeSet" for each in ("Create", "Describe", "Execute"))
        elif operation == "get-login-password":
            yield "ecr:GetAuthorizationToken"
        elif operation != "wait":
            yield _action(service, operation.replace("-", "_"))


def test_every_call_of_the_commands_is_covered() -> None:
    found = set(_calls(Path(blogstack.__file__).parent.rglob("*.py")))
    assert len(found) > 10
    assert found <= allowed(of_deployer("everything"))


def test_every_call_of_the_reading_commands_is_covered() -> None:
    package = Path(blogstack.__file__).parent
    files = [*(package / "doctor").rglob("*.py"), *(package / "aws").glob("*.py")]
    found = set(_calls(file for file in files if file.name not in CHANGING))
    assert "elasticloadbalancing:DescribeTargetHealth" in found
    assert found <= allowed(read_policies(compiled("everything").blueprints[0]))


def _calls(files: Iterable[Path]) -> Iterator[str]:
    """What the code calls through a session: `session.call("ecs", "describe_services", ...)`."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="call" | "pages"),
                    args=[ast.Constant(value=str(service)), ast.Constant(value=str(operation)), *_],
                ):
                    yield _action(service, operation)


@cache
def _methods(service: str) -> Mapping[str, str]:
    methods: Mapping[str, str] = boto3.client(service, region_name="us-east-1").meta.method_to_api_mapping
    return methods


def _action(service: str, operation: str) -> str:
    """The IAM action of a method of boto3."""
    prefix = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}.get(service, service)
    return f"{prefix}:{_methods(service)[operation]}"


def test_roles_are_passed_only_to_the_services_that_they_trust() -> None:
    (statement,) = (each for each in statements(of_deployer("everything")) if each["Action"] == ["iam:PassRole"])
    assert statement["Resource"] == ["arn:aws:iam::*:role/blog-api-*"]
    assert "ecs-tasks.amazonaws.com" in statement["Condition"]["StringEquals"]["iam:PassedToService"]


@pytest.mark.parametrize(
    ("action", "arn", "expected"),
    [
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:ap-northeast-2:1:stack/blog-api-tasks/0", True),
        ("cloudformation:DeleteStack", "arn:aws:cloudformation:ap-northeast-2:1:stack/shop-tasks/0", False),
        ("iam:DeleteRole", "arn:aws:iam::1:role/blog-api-tasks-TaskRole-ABC", True),
        ("iam:DeleteRole", "arn:aws:iam::1:role/Administrator", False),
        ("rds:DeleteDBInstance", "arn:aws:rds:ap-northeast-2:1:db:shop-database", False),
        ("rds:CreateDBInstance", "arn:aws:rds:ap-northeast-2:1:db:blog-api-database", True),
        ("rds:CreateDBInstance", "arn:aws:rds:ap-northeast-2:1:subgrp:blog-api-database-databasesubnetgroup-1", True),
        ("rds:CreateDBInstance", "arn:aws:rds:ap-northeast-2:1:pg:blog-api-database-databaseparametergroup-1", True),
        ("rds:CreateDBInstance", "arn:aws:rds:ap-northeast-2:1:og:default:postgres-17", True),
        ("rds:CreateDBInstance", "arn:aws:rds:ap-northeast-2:1:db:shop-database", False),
        ("rds:DeleteDBParameterGroup", "arn:aws:rds:ap-northeast-2:1:pg:shop-database-1", False),
        ("rds:AddTagsToResource", "arn:aws:rds:ap-northeast-2:1:cluster:shop", False),
        ("logs:GetLogEvents", "arn:aws:logs:ap-northeast-2:1:log-group:/ecs/blog-api:log-stream:task/blog-api/1", True),
        ("logs:GetLogEvents", "arn:aws:logs:ap-northeast-2:1:log-group:/ecs/blog-api-2:log-stream:task/x/1", False),
        ("ecr:PutImage", "arn:aws:ecr:ap-northeast-2:1:repository/team/blog-api", True),
        ("ecr:PutImage", "arn:aws:ecr:ap-northeast-2:1:repository/shop", False),
        ("ecs:RunTask", "arn:aws:ecs:ap-northeast-2:1:task-definition/blog-api-digest:3", True),
        ("s3:DeleteBucket", "arn:aws:s3:::shop-buckets-files-1", False),
        ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/ZZZ", False),
    ],
)
def test_names(action: str, arn: str, expected: bool) -> None:
    patterns = [
        pattern
        for statement in statements(of_deployer("everything"))
        if action in statement["Action"]
        for pattern in statement["Resource"]
    ]
    assert patterns
    assert any(fnmatchcase(arn, pattern) for pattern in patterns) is expected


def test_secrets_are_those_of_the_application() -> None:
    (statement,) = (
        each for each in statements(of_deployer("everything")) if "secretsmanager:GetSecretValue" in each["Action"]
    )
    assert statement["Condition"]["StringEquals"]["aws:ResourceTag/blogstack:name"] == "blog-api"


def test_a_key_of_the_user() -> None:
    (statement,) = (each for each in statements(of_deployer("customer-key")) if "kms:Decrypt" in each["Action"])
    assert statement["Resource"] == [compiled("customer-key").blueprints[0].tasks.kms_key]
    assert "kms:GenerateDataKey" in statement["Action"]
    assert not [action for action in allowed(of_deployer("minimal")) if action.startswith("kms:")]


def test_a_reader_changes_nothing() -> None:
    """Detect: drift detection only reads."""
    verbs = {action.partition(":")[2] for action in allowed(read_policies(compiled("everything").blueprints[0]))}
    assert [verb for verb in verbs if not verb.startswith(("Describe", "Detect", "List", "Get", "Filter"))] == []
