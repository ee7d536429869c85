"""Every listed control has a test, and every control that is not met, and every wildcard, has a reason."""

from __future__ import annotations

import re

import pytest

from blogstack.config.reference import keys
from tests.conftest import ROOT
from tests.support.templates import read
from tests.templates.baseline import allowed, test_data, test_tasks, test_traffic

RECORD = ROOT / "docs" / "decisions" / "0015-security-baseline.md"
LISTED = [
    *(f"ECS.{n}" for n in (2, 3, 4, 5, 8, 9, 10, 12, 16, 17, 20)),
    *(f"ELB.{n}" for n in (1, 4, 5, 6, 12, 13, 17)),
    *(f"EC2.{n}" for n in (2, 6, 10, 15, 18, 19, 21, 55, 56, 57)),
    *(f"ECR.{n}" for n in (1, 2, 3)),
    *(f"RDS.{n}" for n in (2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 23, 25, 38)),
    *(f"S3.{n}" for n in (1, 3, 5, 8, 9, 13)),
    *("SecretsManager.4", "SNS.1", "IAM.21"),
]
NOT_MET = (
    *(f"EC2.{n}" for n in (2, 10, 55, 56, 57)),
    *("ECS.20", "ELB.17", "S3.1", "S3.9", "SecretsManager.4"),
)


def test_every_control_has_a_test() -> None:
    tests = {name for module in (test_data, test_tasks, test_traffic) for name in vars(module)}
    assert {f"test_{control.lower().replace('.', '_')}" for control in LISTED} <= tests


@pytest.mark.parametrize("control", NOT_MET)
def test_what_is_not_met_has_its_reason(control: str) -> None:
    assert re.search(rf"^(\*\*[\w.]+\*\*(, | and ))*\*\*{control}\*\*", RECORD.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["load_balancer.waf", "kms_key"])
def test_what_costs_money_is_off_and_says_so(name: str) -> None:
    (key,) = (key for key in keys() if key.name == name)
    assert not key.default
    assert "costs extra" in key.description


LOGS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
# Every wildcard in an action or a resource of the repository's templates, and why it must be.
WILDCARDS = {
    # GetAuthorizationToken has no resource type:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
    ("ExecutionRole", "*"): ["ecr:GetAuthorizationToken"],
    # RDS creates its log group itself, RDSOSMetrics, with a stream for each instance. This is the policy of
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    # but for this account and region only.
    ("DatabaseMonitoringRole", f"{LOGS}:RDS*"): ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
    ("DatabaseMonitoringRole", f"{LOGS}:RDS*:log-stream:*"): [
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
    ],
    # The load balancer names each log after its time.
    ("AccessLogBucketPolicy", "${AccessLogBucket.Arn}/AWSLogs/${AWS::AccountId}/*"): ["s3:PutObject"],
}


def test_wildcards_have_a_reason() -> None:
    """The repository's own templates, as they are in templates/out/."""
    found = {}
    for path in sorted((ROOT / "templates" / "out").iterdir()):
        for logical_id, statement in allowed(read(path.read_text())):
            assert not any("*" in action for action in statement["Action"])
            for item in statement["Resource"]:
                resource = item.get("Fn::Sub") if isinstance(item, dict) else item
                if resource and "*" in resource:
                    found[logical_id, resource] = statement["Action"]
    assert found == WILDCARDS
