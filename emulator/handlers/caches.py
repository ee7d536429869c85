"""Caches: their references must exist, and their nodes have the names that ElastiCache gives them."""

from typing import Any

from .api import ApiError, model, request
from .ministack_modules import service
from .resource_types import Props, extend, without


def install() -> None:
    """Correct the type."""
    # Loaded before the first stack: while a stack is being created, the AWS CLI polls only every 30 seconds.
    model("elasticache")
    extend("AWS::ElastiCache::ReplicationGroup", check=_check, amend=_amend)


def _check(props: Props) -> None:
    asked = {"ReplicationGroupId": "chosen", **without(props, "Tags")}
    request("elasticache", "CreateReplicationGroup", asked)
    group = props.get("CacheSubnetGroupName")
    if group and group not in service("elasticache")._subnet_groups:
        raise _refusal("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {group} does not exist.")
    for item in props.get("SecurityGroupIds") or []:
        if item not in service("ec2")._security_groups:
            raise _refusal("InvalidParameterValue", f"Some security group Ids provided were not found: {item}")
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    if props.get("AutomaticFailoverEnabled") in (True, "true") and int(props.get("NumCacheClusters", 1)) < 2:
        message = "Automatic failover is not supported for replication groups with less than 2 members."
        raise _refusal("InvalidParameterCombination", message)


def _refusal(code: str, message: str) -> ApiError:
    return ApiError("elasticache", "CreateReplicationGroup", code, message)


def _amend(group_id: str, _props: Props, _attributes: dict[str, Any]) -> None:
    """With one shard, a node's ID does not contain the shard's number.

    https://docs.aws.amazon.com/cli/latest/reference/elasticache/describe-replication-groups.html
    """
    store = service("elasticache")
    group = store._replication_groups.get(group_id)
    if not group or len(group["NodeGroups"]) != 1:
        return
    for member in group["NodeGroups"][0]["NodeGroupMembers"]:
        old = member["CacheClusterId"]
        new = old.replace(f"{group_id}-0001-", f"{group_id}-")
        member["CacheClusterId"] = new
        if old != new and old in store._clusters:
            store._clusters[new] = {**store._clusters.pop(old), "CacheClusterId": new}
    group["MemberClusters"] = [member["CacheClusterId"] for member in group["NodeGroups"][0]["NodeGroupMembers"]]
