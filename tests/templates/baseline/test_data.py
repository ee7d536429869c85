"""RDS, and SNS."""

from __future__ import annotations

from blogstack.pipeline import compile_text
from tests.support.templates import of_type, read
from tests.templates.baseline import all_of, only


def test_rds_2() -> None:
    """Instances are not public."""
    assert only("RDS::DBInstance")["PubliclyAccessible"] is False


def test_rds_3() -> None:
    """Instances are encrypted at rest."""
    assert only("RDS::DBInstance")["StorageEncrypted"] is True


def test_rds_5() -> None:
    """Instances are in several zones."""
    assert only("RDS::DBInstance")["MultiAZ"] is True


def test_rds_6() -> None:
    """Instances have enhanced monitoring."""
    assert only("RDS::DBInstance")["MonitoringInterval"] in (1, 5, 10, 15, 30, 60)


def test_rds_7() -> None:
    """Clusters are protected against deletion: there are none."""
    assert not all_of("RDS::DBCluster")


def test_rds_8() -> None:
    """Instances are protected against deletion."""
    assert only("RDS::DBInstance")["DeletionProtection"] is True


def test_rds_9() -> None:
    """Instances publish their logs."""
    assert only("RDS::DBInstance")["EnableCloudwatchLogsExports"] == ["postgresql", "upgrade"]


def test_rds_10() -> None:
    """Instances allow IAM authentication."""
    assert only("RDS::DBInstance")["EnableIAMDatabaseAuthentication"] is True


def test_rds_11() -> None:
    """Instances are backed up, and a backup is kept for seven days or more."""
    assert only("RDS::DBInstance")["BackupRetentionPeriod"] >= 7


def test_rds_12() -> None:
    """Clusters allow IAM authentication: there are none."""
    assert not all_of("RDS::DBCluster")


def test_rds_13() -> None:
    """Instances upgrade minor versions automatically, unless the file pins one."""
    assert only("RDS::DBInstance")["AutoMinorVersionUpgrade"] is True
    text = "name: blog-api\nregion: us-east-1\ndatabase: {engine_version: 17.6}\n"
    pinned = (read(t.text) for t in compile_text("blogstack.yaml", text.encode()).templates)
    (database,) = (body for tree in pinned for body in of_type(tree, "AWS::RDS::DBInstance").values())
    assert database["Properties"]["AutoMinorVersionUpgrade"] is False


def test_rds_17() -> None:
    """Snapshots carry the instance's tags."""
    assert only("RDS::DBInstance")["CopyTagsToSnapshot"] is True


def test_rds_23() -> None:
    """Instances do not listen on the engine's default port."""
    assert only("RDS::DBInstance")["Port"] != "5432"


def test_rds_25() -> None:
    """Instances have an administrator other than the engine's default."""
    (secret,) = (s for s in all_of("SecretsManager::Secret") if "SecretStringTemplate" in s["GenerateSecretString"])
    assert secret["GenerateSecretString"]["SecretStringTemplate"] == '{"username": "blogstack"}'


def test_rds_38() -> None:
    """PostgreSQL accepts only encrypted connections."""
    assert only("RDS::DBParameterGroup")["Parameters"]["rds.force_ssl"] == "1"
    assert only("RDS::DBInstance")["DBParameterGroupName"] == {"Ref": "DatabaseParameterGroup"}


def test_sns_1() -> None:
    """Topics are encrypted with a key: with the defaults there are none, with `alarms` one."""
    assert not all_of("SNS::Topic")
    assert only("SNS::Topic", "alarms")["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
