"""How AWS updates a resource, as far as the provider schemas do not say it: interruptions, names, what holds data.

A page of the template reference is https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ and the
name next to a table; its words for an update of a property are no interruption, some interruptions and replacement.
"""

from __future__ import annotations

from collections.abc import Mapping

DATABASE = "AWS::RDS::DBInstance"
CACHE = "AWS::ElastiCache::ReplicationGroup"

# aws-resource-rds-dbinstance.html, "Some interruptions"; that Port and CACertificateIdentifier restart the instance,
# and that a major version is an outage: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
INTERRUPTING: Mapping[str, Mapping[str, str]] = {
    DATABASE: {
        "DBInstanceClass": "the database restarts, or fails over with multi_az",
        "EngineVersion": "the database stops for the upgrade; only a backup can undo it",
        "DBParameterGroupName": "the database may restart",
        "Port": "the database restarts",
        "CACertificateIdentifier": "the database may restart",
        "MultiAZ": "the database may be slow while the standby instance is created",
        "BackupRetentionPeriod": "from or to 0 the database restarts",
        "MonitoringInterval": "the database may be interrupted briefly",
        "StorageType": "the database may be interrupted briefly",
        "PreferredMaintenanceWindow": "pending maintenance may start",
        "PerformanceInsightsKMSKeyId": "the database may be interrupted briefly",
        "AutoMinorVersionUpgrade": "a pending upgrade may start in the next window",
    },
}
"""By type and property: what an update interrupts."""

# aws-properties-name.html, with the property of each type from its own page: a resource with such a name cannot be
# replaced, "Rename ... and update the stack again". An ECS service is not in that list, but its name is unique in its
# cluster: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
CUSTOM_NAMES: Mapping[str, str] = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    DATABASE: "DBInstanceIdentifier",
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",  # aws-resource-stepfunctions-statemachine.html
    "AWS::WAFv2::WebACL": "Name",
}
"""By type: the property with the user's name."""

DATA: Mapping[str, str] = {
    DATABASE: "the database",
    CACHE: "what is cached",
    "AWS::ECR::Repository": "its images",
    "AWS::KMS::Key": "the key, without which nothing that it encrypted can be read",
    "AWS::Logs::LogGroup": "its logs",
    "AWS::S3::Bucket": "its objects",
    "AWS::SQS::Queue": "its messages",
    "AWS::SecretsManager::Secret": "the secret's value",
}
"""By type: what is lost with a resource."""

# aws-attribute-deletionpolicy.html: without a DeletionPolicy a database that is in no cluster becomes a snapshot.
SNAPSHOT_BY_DEFAULT = frozenset({DATABASE})

# A task definition is never changed: a change creates its next revision.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-task-definition-console-v2.html
REVISED = frozenset({"AWS::ECS::TaskDefinition"})
"""Types that are normally changed by replacing them, which interrupts nothing."""
