"""Security group rules that are resources of their own."""

from typing import Any

from .api import ApiError, call
from .api import request as request_of
from .ministack_modules import service
from .resource_types import Made, Props, add, extend, without

# In a rule's properties; all but Description make a new rule when they change.
COMMON = ("CidrIp", "CidrIpv6", "FromPort", "GroupId", "IpProtocol", "ToPort")
INGRESS = ("GroupName", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName")
EGRESS = ("DestinationPrefixListId", "DestinationSecurityGroupId")


def install() -> None:
    """Add both types, and let a group keep the rules that AWS would not remove."""
    for direction, peers in (("Ingress", (*INGRESS, "SourceSecurityGroupOwnerId")), ("Egress", EGRESS)):
        rules = _Rules(direction)
        add(
            f"AWS::EC2::SecurityGroup{direction}",
            create=rules.create,
            update=rules.update,
            delete=rules.delete,
            replaced_by=(*COMMON, *peers),
        )
    extend("AWS::EC2::SecurityGroup", check=_check_group, check_delete=_check_group_unused)


class _Rules:
    """One direction's rules; `Ref` gives the rule's ID (sgr-...), as the type's schema says."""

    def __init__(self, direction: str) -> None:
        self.direction = direction
        self.stored = "IpPermissions" if direction == "Ingress" else "IpPermissionsEgress"

    def create(self, _logical_id: str, props: Props, _stack_name: str) -> Made:
        group_id = props.get("GroupId", "")
        _check_rule(props)
        operation = f"AuthorizeSecurityGroup{self.direction}"
        request = {"GroupId": group_id, "IpPermissions": [permission(props)]}
        before = [_plain(rule) for rule in _stored(group_id, self.stored)]
        rule = call("ec2", operation, request)["SecurityGroupRules"][0]
        after = _stored(group_id, self.stored)
        # ministack ignores a rule that exists already; AWS refuses it.
        if len(after) == len(before) or _plain(after[-1]) in before:
            del after[len(before) :]
            raise ApiError("ec2", operation, "InvalidPermission.Duplicate", "the specified rule already exists")
        rule_id = rule["SecurityGroupRuleId"]
        return rule_id, {"Id": rule_id}

    def update(self, rule_id: str, _old: Props, new: Props, stack_name: str) -> Made:
        for stored in service("ec2")._security_groups[new["GroupId"]][self.stored]:
            if stored.get("SecurityGroupRuleId") == rule_id:
                for ranges in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"):
                    for item in stored.get(ranges, []):
                        item["Description"] = new.get("Description", "")
                return rule_id, {"Id": rule_id}
        return self.create("", new, stack_name)

    def delete(self, rule_id: str, props: Props) -> None:
        request = {"GroupId": props["GroupId"], "SecurityGroupRuleIds": [rule_id]}
        try:
            call("ec2", f"RevokeSecurityGroup{self.direction}", request)
        except ApiError as error:
            if not error.code.endswith("NotFound"):
                raise


def _stored(group_id: str, direction: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = service("ec2")._security_groups.get(group_id, {}).get(direction, [])
    return rules


def _plain(rule: dict[str, Any]) -> dict[str, Any]:
    """The identity of a rule: without its ID, its descriptions and empty values."""
    return {
        key: [without(item, "Description", "UserId") for item in value] if isinstance(value, list) else value
        for key, value in without(rule, "Description", "SecurityGroupRuleId").items()
        if value
    }


def permission(props: Props) -> dict[str, Any]:
    """A rule in the form of the EC2 API (IpPermission)."""
    described = {"Description": props["Description"]} if props.get("Description") else {}
    found: dict[str, Any] = {"IpProtocol": props["IpProtocol"]}
    found |= {key: props[key] for key in ("FromPort", "ToPort") if key in props}
    if "CidrIp" in props:
        found["IpRanges"] = [{"CidrIp": props["CidrIp"], **described}]
    if "CidrIpv6" in props:
        found["Ipv6Ranges"] = [{"CidrIpv6": props["CidrIpv6"], **described}]
    prefix_list = props.get("SourcePrefixListId") or props.get("DestinationPrefixListId")
    if prefix_list:
        found["PrefixListIds"] = [{"PrefixListId": prefix_list, **described}]
    peer = peer_group(props)
    if peer:
        found["UserIdGroupPairs"] = [{"GroupId": peer, **described}]
    return found


def peer_group(rule: Props) -> str | None:
    """The group from which or to which a rule allows traffic."""
    return rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")


def _check_rule(rule: Props) -> None:
    """What Authorize... refuses: no or two peers, a group that is not there, TCP or UDP without ports."""
    peers = [key for key in rule if key.startswith(("Cidr", "Source", "Destination"))]
    if len([key for key in peers if key != "SourceSecurityGroupOwnerId"]) != 1:
        raise ValueError(f"a rule needs exactly one source or destination, found {sorted(peers) or 'none'}")
    protocol = str(rule.get("IpProtocol"))
    if protocol in ("tcp", "udp", "6", "17") and not {"FromPort", "ToPort"} <= set(rule):
        raise ValueError(f"a rule for {protocol} needs FromPort and ToPort")
    peer = peer_group(rule)
    if peer and peer not in service("ec2")._security_groups:
        raise ApiError(
            "ec2",
            "AuthorizeSecurityGroup",
            "InvalidGroup.NotFound",
            f"The security group '{peer}' does not exist",
        )


def _check_group(props: Props) -> None:
    request = {"GroupName": props.get("GroupName", "generated"), "Description": props.get("GroupDescription")}
    request_of("ec2", "CreateSecurityGroup", request | {"VpcId": props.get("VpcId", "")})
    if props.get("VpcId") and props["VpcId"] not in service("ec2")._vpcs:
        raise ApiError(
            "ec2",
            "CreateSecurityGroup",
            "InvalidVpcID.NotFound",
            f"The vpc ID '{props['VpcId']}' does not exist",
        )
    for direction in ("Ingress", "Egress"):
        for rule in props.get(f"SecurityGroup{direction}") or []:
            _check_rule(rule)
            asked = {"GroupId": "sg-0", "IpPermissions": [permission(rule)]}
            request_of("ec2", f"AuthorizeSecurityGroup{direction}", asked)


def _check_group_unused(group_id: str) -> None:
    """DeleteSecurityGroup refuses a group that another group's rule names (DependencyViolation)."""
    for other_id, other in service("ec2")._security_groups.items():
        rules = [*other.get("IpPermissions", []), *other.get("IpPermissionsEgress", [])]
        pairs = [pair for rule in rules for pair in rule.get("UserIdGroupPairs", [])]
        if other_id != group_id and any(pair.get("GroupId") == group_id for pair in pairs):
            raise ApiError(
                "ec2",
                "DeleteSecurityGroup",
                "DependencyViolation",
                f"resource {group_id} has a dependent object",
            )
