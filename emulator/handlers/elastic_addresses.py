"""Elastic IP addresses and NAT gateways."""

import re
from typing import Any

from .api import ApiError, call
from .ministack_modules import ministack, service
from .resource_types import Made, Props, add, without


def install() -> None:
    """Add the types, and show a NAT gateway's address as the API does."""
    add(
        "AWS::EC2::EIP",
        create=_create_address,
        update=_update_address,
        delete=_delete_address,
        replaced_by=("Address", "IpamPoolId", "NetworkBorderGroup", "TransferAddress"),
        tagged=True,
    )
    add(
        "AWS::EC2::NatGateway",
        create=_create_gateway,
        update=_update_gateway,
        delete=_delete_gateway,
        replaced_by=("AllocationId", "ConnectivityType", "PrivateIpAddress", "SubnetId", "VpcId"),
        tagged=True,
    )
    actions = service("ec2")._ACTION_MAP
    describe = actions["DescribeNatGateways"]

    def describe_with_addresses(params: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = describe(params)
        text = re.sub(
            r"<natGatewayId>([^<]+)</natGatewayId>(.*?)<natGatewayAddressSet/>",
            lambda found: f"<natGatewayId>{found[1]}</natGatewayId>{found[2]}{_address_set(found[1])}",
            body.decode(),
            flags=re.DOTALL,
        )
        return status, headers, text.encode()

    actions["DescribeNatGateways"] = describe_with_addresses


def _address_set(gateway_id: str) -> str:
    address = service("ec2")._addresses.get(service("ec2")._nat_gateways[gateway_id]["AllocationId"])
    if address is None:
        return "<natGatewayAddressSet/>"
    return (
        "<natGatewayAddressSet><item>"
        f"<allocationId>{address['AllocationId']}</allocationId>"
        f"<publicIp>{address['PublicIp']}</publicIp>"
        "<isPrimary>true</isPrimary><status>succeeded</status>"
        "</item></natGatewayAddressSet>"
    )


# Ref gives the address, GetAtt the allocation: the primary identifier of the type's schema.
def _create_address(_logical_id: str, props: Props, _stack_name: str) -> Made:
    answer = call("ec2", "AllocateAddress", without(props, "Tags"))
    allocation = answer["AllocationId"]
    _tag(allocation, props, {})
    return answer["PublicIp"], {"AllocationId": allocation, "PublicIp": answer["PublicIp"]}


def _update_address(public_ip: str, old: Props, new: Props, stack_name: str) -> Made:
    address = _address(public_ip)
    if address is None:
        return _create_address("", new, stack_name)
    _tag(address["AllocationId"], new, old)
    return public_ip, {"AllocationId": address["AllocationId"], "PublicIp": public_ip}


def _delete_address(public_ip: str, _props: Props) -> None:
    address = _address(public_ip)
    if address is None:
        return
    if address["AssociationId"]:
        raise ApiError("ec2", "ReleaseAddress", "InvalidIPAddress.InUse", f"{public_ip} is currently in use")
    call("ec2", "ReleaseAddress", {"AllocationId": address["AllocationId"]})


def _address(public_ip: str) -> dict[str, Any] | None:
    found = [item for item in service("ec2")._addresses.values() if item["PublicIp"] == public_ip]
    return found[0] if found else None


def _create_gateway(_logical_id: str, props: Props, _stack_name: str) -> Made:
    ec2 = service("ec2")
    kind = props.get("ConnectivityType", "public")
    _check_gateway(props, kind)
    request = without(props, "Tags", "MaxDrainDurationSeconds")
    gateway_id = call("ec2", "CreateNatGateway", request)["NatGateway"]["NatGatewayId"]
    if kind == "public":
        ec2._addresses[props["AllocationId"]]["AssociationId"] = gateway_id.replace("nat-", "eipassoc-")
    _tag(gateway_id, props, {})
    return gateway_id, {"NatGatewayId": gateway_id, "EniId": gateway_id.replace("nat-", "eni-")}


def _check_gateway(props: Props, kind: str) -> None:
    """What CreateNatGateway refuses: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html."""
    ec2 = service("ec2")

    def refuse(code: str, message: str) -> None:
        raise ApiError("ec2", "CreateNatGateway", code, message)

    subnet = ec2._subnets.get(props.get("SubnetId", ""))
    if subnet is None:
        refuse("InvalidSubnetID.NotFound", f"The subnet ID '{props.get('SubnetId')}' does not exist")
        return
    if kind != "public":
        return
    address = ec2._addresses.get(props.get("AllocationId", ""))
    if address is None:
        refuse("InvalidAllocationID.NotFound", f"The allocation ID '{props.get('AllocationId')}' does not exist")
    elif address["AssociationId"]:
        refuse("Resource.AlreadyAssociated", f"{address['AllocationId']} is already associated")
    if not has_internet_gateway(subnet["VpcId"]):
        refuse("Gateway.NotAttached", f"Network {subnet['VpcId']} has no Internet gateway attached")


def has_internet_gateway(vpc_id: str) -> bool:
    """Whether an internet gateway is attached to the VPC."""
    return any(
        attachment.get("VpcId") == vpc_id
        for gateway in service("ec2")._internet_gateways.values()
        for attachment in gateway.get("Attachments", [])
    )


def _update_gateway(gateway_id: str, old: Props, new: Props, _stack_name: str) -> Made:
    _tag(gateway_id, new, old)
    return gateway_id, {"NatGatewayId": gateway_id, "EniId": gateway_id.replace("nat-", "eni-")}


def _delete_gateway(gateway_id: str, _props: Props) -> None:
    ec2 = service("ec2")
    gateway = ec2._nat_gateways.get(gateway_id)
    if gateway is None or gateway["State"] == "deleted":
        return
    # EC2 shows it as deleted for about an hour, and gives the address free at once.
    call("ec2", "DeleteNatGateway", {"NatGatewayId": gateway_id})
    address = ec2._addresses.get(gateway["AllocationId"])
    if address:
        address["AssociationId"] = None


def _tag(resource_id: str, new: Props, old: Props) -> None:
    ministack("services.cloudformation.provisioners")._ec2_apply_tags(resource_id, new, old)
