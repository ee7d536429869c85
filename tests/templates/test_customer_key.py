"""`kms_key`: one key of the customer's for whatever holds data, and the rights that this takes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from blogstack.help.explain import explain
from tests.cases import compiled
from tests.support.schemas import schema
from tests.support.templates import resource, trees

CASES = ["customer-key", "everything"]
# There are no copies of backups in another region, no Database Insights where they are off; and a time is no key.
WITHOUT = {
    ("everything", "Database", "PerformanceInsightsKMSKeyId"),
    ("everything", "Schedule", "KmsKeyArn"),  # it starts a job with nothing to keep secret
    *((case, "Database", "AutomaticBackupReplicationKmsKeyId") for case in CASES),
    *(("everything", queue, "KmsDataKeyReusePeriodSeconds") for queue in ("MailsQueue", "MailsDeadLetters")),
}


def key(case: str) -> str:
    """The key's ARN."""
    (blueprint,) = compiled(case).blueprints
    assert blueprint.tasks.kms_key
    return blueprint.tasks.kms_key


def resources(case: str) -> list[tuple[str, Any]]:
    """Every resource of every template."""
    return [pair for tree in trees(case).values() for pair in tree["Resources"].items()]


@pytest.mark.parametrize("case", CASES)
def test_whatever_holds_data_has_the_key(case: str) -> None:
    """Each property of a resource that names a key, by AWS's own schemas."""
    region = compiled(case).blueprints[0].region
    held = set()
    for logical_id, body in resources(case):
        for name in schema(body["Type"], region)["properties"]:
            if "kms" in name.lower() and (case, logical_id, name) not in WITHOUT:
                assert body["Properties"].get(name) == key(case), (logical_id, name)
                held.add(body["Type"].split("::")[1])
    stores = {"ElastiCache", "SQS"} if case == "everything" else set()
    assert held == {"Logs", "SecretsManager", "RDS", "SNS"} | stores
    repository = resource(case, "registry", "Repository")["EncryptionConfiguration"]
    assert repository == {"EncryptionType": "KMS", "KmsKey": key(case)}


def test_logs_of_requests_have_s3_s_own_key() -> None:
    """A load balancer cannot use others."""
    (rule,) = resource("customer-key", "edge", "AccessLogBucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_the_execution_role_may_decrypt_what_it_reads() -> None:
    """With this key only, and only through the two services that keep secrets."""
    statements = resource("customer-key", "tasks", "ExecutionRole")["Policies"][0]["PolicyDocument"]["Statement"]
    (decrypt,) = (statement for statement in statements if statement["Action"] == ["kms:Decrypt"])
    assert decrypt["Resource"] == [key("customer-key")]
    services = [f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}" for service in ("secretsmanager", "ssm")]
    assert decrypt["Condition"] == {
        "StringEquals": {"kms:ViaService": [{"Fn::Sub": service} for service in services]},
    }
    without = resource("database", "tasks", "ExecutionRole")["Policies"][0]["PolicyDocument"]["Statement"]
    assert not any("kms:Decrypt" in statement["Action"] for statement in without)


def test_the_tasks_may_use_it_through_the_stores() -> None:
    """With this key only, and only through the two services that encrypt what the tasks write."""
    (stores,) = (p for p in resource("everything", "tasks", "TaskRole")["Policies"] if p["PolicyName"] == "Stores")
    *_, use = stores["PolicyDocument"]["Statement"]
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert use["Resource"] == [key("everything")]
    services = [{"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"} for service in ("s3", "sqs")]
    assert use["Condition"] == {"StringEquals": {"kms:ViaService": services}}
    (rule,) = resource("everything", "buckets", "MediaBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key("everything")}


def test_the_guide_names_the_rights_of_whoever_deploys() -> None:
    """What CloudFormation asks for, by AWS's own schemas, and what Secrets Manager does in their name."""
    types = {body["Type"] for _, body in resources("customer-key")}
    handlers = [handler for kind in types for handler in schema(kind)["handlers"].values()]
    asked = {right for handler in handlers for right in handler["permissions"] if right.startswith("kms:")}
    # Required permissions: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    rights = asked | {"kms:GenerateDataKey", "kms:Decrypt"}
    assert rights > {"kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"}
    (paragraph,) = re.findall(r"^Whoever deploys .*?\n\n", explain("kms_key"), re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"kms:\w+", paragraph)) == rights
