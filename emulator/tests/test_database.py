"""Databases, secrets, topics, buckets and web ACLs, which other templates than the first ones use."""

import json

import pytest

from emulator import Emulator

from .conftest import SAMPLE

DATABASE = SAMPLE / "database.yaml"


def test_the_secret_knows_the_database(network: Emulator) -> None:
    network.deploy(DATABASE, "data")
    instance = network.client("rds").describe_db_instances()["DBInstances"][0]
    assert instance["MasterUsername"] == "blog_owner"
    assert instance["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert (instance["MultiAZ"], instance["StorageEncrypted"]) == (True, True)
    arn = network.outputs("data")["Arn"]
    assert arn.startswith("arn:aws:secretsmanager:")
    secret = json.loads(network.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert secret["password"].isalnum()
    assert (secret["host"], secret["port"], secret["dbname"]) == (
        instance["Endpoint"]["Address"],
        5433,
        "blog",
    )
    parameters = network.client("rds").describe_db_parameters(
        DBParameterGroupName=network.resources("data")["Parameters"], Source="user"
    )["Parameters"]
    assert [(item["ParameterName"], item["ParameterValue"]) for item in parameters] == [("rds.force_ssl", "1")]


def test_a_protected_database_stays(network: Emulator) -> None:
    network.deploy(DATABASE, "data")
    assert network.delete("data") == "DELETE_FAILED"
    assert "Cannot delete protected DB Instance" in " ".join(network.failures("data"))


def test_a_deleted_database_leaves_its_snapshot_and_its_secret(network: Emulator) -> None:
    network.deploy(DATABASE, "data", {"Protection": "false"})
    secret = network.outputs("data")["Arn"]
    assert network.delete("data") == "DELETE_COMPLETE"
    rds = network.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert len(rds.describe_db_snapshots()["DBSnapshots"]) == 1
    assert network.client("secretsmanager").describe_secret(SecretId=secret)["ARN"] == secret


def test_the_database_changes_in_place(network: Emulator) -> None:
    network.deploy(DATABASE, "data")
    before = network.resources("data")["Database"]
    network.deploy(DATABASE, "data", {"Retention": "14"})
    instance = network.client("rds").describe_db_instances(DBInstanceIdentifier=before)["DBInstances"][0]
    assert instance["BackupRetentionPeriod"] == 14


def test_buckets_topics_web_acls_and_capacity_providers(network: Emulator) -> None:
    network.deploy(DATABASE, "data")
    made = network.resources("data")
    rules = network.client("s3").get_bucket_lifecycle_configuration(Bucket=made["Bucket"])["Rules"]
    assert rules[0]["Expiration"] == {"Days": 90}
    topic = network.client("sns").get_topic_attributes(TopicArn=made["Topic"])["Attributes"]
    assert topic["KmsMasterKeyId"] == "alias/aws/sns"
    acl = network.client("wafv2").get_web_acl_for_resource(ResourceArn=made["LoadBalancer"])["WebACL"]
    assert acl["Rules"][0]["Statement"]["RateBasedStatement"]["Limit"] == 2000
    cluster = network.client("ecs").describe_clusters(clusters=[made["Cluster"]])["clusters"][0]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    alarm = network.client("cloudwatch").describe_alarms()["MetricAlarms"][0]
    assert alarm["AlarmActions"] == [made["Topic"]]
    answer = network.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=made["LoadBalancer"])
    attributes = {item["Key"]: item["Value"] for item in answer["Attributes"]}
    assert attributes["access_logs.s3.bucket"] == made["Bucket"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("logdelivery.elasticloadbalancing", "delivery.logs", "Please check S3bucket permission"),
        ("${Bucket.Arn}/*", "${Bucket.Arn}/AWSLogs/111111111111/*", "Please check S3bucket permission"),
        ("aws-waf-logs-sample", "waf-sample", "The ARN isn't valid."),
    ],
)
def test_logs_need_somebody_who_may_write_them(network: Emulator, old: str, new: str, words: str) -> None:
    text = DATABASE.read_text(encoding="utf-8")
    assert old in text
    assert network.deploy_text(text.replace(old, new), "data", check=False).returncode == 255
    assert words in " ".join(network.failures("data"))
