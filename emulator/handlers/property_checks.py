"""Types that ministack implements well: their properties are checked against the API, and their references."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .api import ApiError, request
from .ministack_modules import service
from .resource_types import Check, Props, extend, without


class _Call(NamedTuple):
    """The call that creates a resource, and how its properties differ from the call's parameters."""

    service: str
    operation: str
    # Properties of other calls, or in another form than the API's.
    later: tuple[str, ...] = ("Tags",)
    renamed: Mapping[str, str] = {}
    # Required parameters whose values CloudFormation chooses.
    chosen: Mapping[str, Any] = {}


CALLS = {
    "AWS::CloudWatch::Alarm": _Call("cloudwatch", "PutMetricAlarm", chosen={"AlarmName": "chosen"}),
    "AWS::EC2::InternetGateway": _Call("ec2", "CreateInternetGateway"),
    "AWS::EC2::VPCGatewayAttachment": _Call("ec2", "AttachInternetGateway", ("VpnGatewayId",)),
    "AWS::ECR::Repository": _Call(
        "ecr",
        "CreateRepository",
        ("Tags", "LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete", "ImageTagMutabilityExclusionFilters"),
        chosen={"repositoryName": "chosen"},
    ),
    "AWS::IAM::Role": _Call(
        "iam",
        "CreateRole",
        ("Tags", "Policies", "ManagedPolicyArns", "AssumeRolePolicyDocument"),
        chosen={"RoleName": "chosen", "AssumeRolePolicyDocument": "{}"},
    ),
    "AWS::Logs::LogGroup": _Call(
        "logs",
        "CreateLogGroup",
        ("Tags", "RetentionInDays", "DataProtectionPolicy", "FieldIndexPolicies", "ResourcePolicyDocument"),
        chosen={"logGroupName": "chosen"},
    ),
    "AWS::RDS::DBInstance": _Call(
        "rds",
        "CreateDBInstance",
        # The last three belong to other calls: deleting, restoring and modifying one.
        (
            *("Tags", "AllocatedStorage", "SourceDBInstanceIdentifier"),
            *("DeleteAutomatedBackups", "UseLatestRestorableTime", "AllowMajorVersionUpgrade"),
        ),
        {"VPCSecurityGroups": "VpcSecurityGroupIds"},
        {"DBInstanceIdentifier": "chosen", "AllocatedStorage": 20},
    ),
    "AWS::RDS::DBParameterGroup": _Call(
        "rds",
        "CreateDBParameterGroup",
        ("Tags", "Parameters"),
        {"Family": "DBParameterGroupFamily"},
        {"DBParameterGroupName": "chosen"},
    ),
    "AWS::RDS::DBSubnetGroup": _Call("rds", "CreateDBSubnetGroup", chosen={"DBSubnetGroupName": "chosen"}),
    "AWS::SecretsManager::Secret": _Call(
        "secretsmanager", "CreateSecret", ("Tags", "GenerateSecretString", "ReplicaRegions"), chosen={"Name": "chosen"}
    ),
    "AWS::SNS::Topic": _Call(
        "sns",
        "CreateTopic",
        (
            "Tags",
            "ArchivePolicy",
            "ContentBasedDeduplication",
            "DeliveryStatusLogging",
            "DisplayName",
            "FifoTopic",
            "KmsMasterKeyId",
            "SignatureVersion",
            "Subscription",
            "TracingConfig",
        ),
        {"TopicName": "Name"},
        {"Name": "chosen"},
    ),
    "AWS::WAFv2::WebACL": _Call("wafv2", "CreateWebACL", chosen={"Name": "chosen"}),
}


def install() -> None:
    """Run the checks before ministack's handlers."""
    references = {
        "AWS::EC2::VPCGatewayAttachment": _check_attachment,
        "AWS::ECR::Repository": _check_lifecycle,
        "AWS::Logs::LogGroup": _check_retention,
        "AWS::RDS::DBInstance": _check_instance,
        "AWS::RDS::DBSubnetGroup": _check_subnet_group,
    }
    for resource_type, made_by in CALLS.items():
        extend(
            resource_type,
            check=_checked(made_by, references.get(resource_type)),
            check_delete=_check_instance_unprotected if resource_type == "AWS::RDS::DBInstance" else None,
        )


def _checked(made_by: _Call, references: Check | None) -> Check:
    def check(props: Props) -> None:
        names = made_by.renamed
        asked = {names.get(key, key): value for key, value in without(props, *made_by.later).items()}
        chosen = {
            key: value for key, value in made_by.chosen.items() if key.lower() not in {name.lower() for name in asked}
        }
        request(made_by.service, made_by.operation, {**chosen, **asked})
        if references:
            references(props)

    return check


def _check_attachment(props: Props) -> None:
    for store, name in (("_vpcs", "VpcId"), ("_internet_gateways", "InternetGatewayId")):
        if name in props and props[name] not in getattr(service("ec2"), store):
            message = f"The {name} '{props[name]}' does not exist"
            raise ApiError("ec2", "AttachInternetGateway", f"Invalid{name}.NotFound", message)


def _check_lifecycle(props: Props) -> None:
    """Rules as in https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html."""
    text = (props.get("LifecyclePolicy") or {}).get("LifecyclePolicyText")
    if not text:
        return
    try:
        rules = json.loads(text)["rules"]
        last = max(rule["rulePriority"] for rule in rules)
        wrong = [rule["rulePriority"] for rule in rules if _is_wrong(rule, last)]
    except (ValueError, KeyError, TypeError) as error:
        wrong = [repr(error)]
    if wrong:
        message = f"Lifecycle policy validation failure: {wrong}"
        raise ApiError("ecr", "PutLifecyclePolicy", "InvalidParameterException", message)


def _is_wrong(rule: dict[str, Any], last: int) -> bool:
    selection = rule["selection"]
    status = selection["tagStatus"]
    named = bool(selection.get("tagPrefixList") or selection.get("tagPatternList"))
    return (
        named != (status == "tagged")
        or (status == "any" and rule["rulePriority"] != last)
        or rule["action"]["type"] not in ("expire", "transition")
        or selection["countType"] not in ("imageCountMoreThan", "sinceImagePushed")
        or not isinstance(selection["countNumber"], int)
    )


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
MONTHS = (400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, *MONTHS)


def _check_retention(props: Props) -> None:
    days = props.get("RetentionInDays")
    if days is not None and int(days) not in RETENTION_DAYS:
        message = f"Value '{days}' at 'retentionInDays' is none of {RETENTION_DAYS}"
        raise ApiError("logs", "PutRetentionPolicy", "InvalidParameterException", message)


def _check_subnet_group(props: Props) -> None:
    ec2 = service("ec2")
    subnets = [ec2._subnets.get(subnet) for subnet in props["SubnetIds"]]
    if None in subnets:
        message = f"Some input subnets in {props['SubnetIds']} are invalid"
        raise ApiError("rds", "CreateDBSubnetGroup", "InvalidSubnet", message)
    if len({subnet["AvailabilityZone"] for subnet in subnets if subnet}) < 2:
        message = "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement."
        raise ApiError("rds", "CreateDBSubnetGroup", "DBSubnetGroupDoesNotCoverEnoughAZs", message)


def _check_instance(props: Props) -> None:
    rds, ec2 = service("rds"), service("ec2")

    def refuse(code: str, message: str) -> ApiError:
        return ApiError("rds", "CreateDBInstance", code, message)

    group = props.get("DBSubnetGroupName")
    if group and group.lower() not in {name.lower() for name in rds._subnet_groups}:
        raise refuse("DBSubnetGroupNotFoundFault", f"DBSubnetGroup {group} not found.")
    parameters = props.get("DBParameterGroupName", "default.")
    if not parameters.startswith("default.") and parameters not in rds._param_groups:
        raise refuse("DBParameterGroupNotFound", f"DBParameterGroup not found: {parameters}")
    for item in props.get("VPCSecurityGroups") or []:
        if item not in ec2._security_groups:
            raise refuse("InvalidParameterValue", f"The security group '{item}' does not exist")


def _check_instance_unprotected(instance_id: str) -> None:
    if service("rds")._instances.get(instance_id, {}).get("DeletionProtection"):
        message = "Cannot delete protected DB Instance, please disable deletion protection and try again."
        raise ApiError("rds", "DeleteDBInstance", "InvalidParameterCombination", message)
