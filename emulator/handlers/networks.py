"""Parts of a VPC that ministack creates without checks: subnets, routes, endpoints, flow logs."""

import ipaddress
import json
import re
from typing import Any

from .api import ApiError, call, request
from .elastic_addresses import has_internet_gateway
from .ministack_modules import ministack, region, service
from .resource_types import Made, Props, add, extend, without


def install() -> None:
    """Add flow logs, and check the references of the others."""
    extend("AWS::EC2::VPC", check=_check_vpc)
    extend("AWS::EC2::Subnet", check=_check_subnet, amend=_amend_subnet)
    extend("AWS::EC2::RouteTable", check=lambda props: _there("_vpcs", "InvalidVpcID", props["VpcId"]))
    extend("AWS::EC2::Route", check=_check_route)
    extend("AWS::EC2::SubnetRouteTableAssociation", check=_check_association)
    extend("AWS::EC2::VPCEndpoint", check=_check_endpoint)
    add(
        "AWS::EC2::FlowLog",
        create=_create_flow_log,
        update=_update_flow_log,
        delete=lambda flow_log_id, _props: _delete_flow_log(flow_log_id),
        replaced_by=(
            "DeliverCrossAccountRole",
            "DeliverLogsPermissionArn",
            "DestinationOptions",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceId",
            "ResourceType",
            "TrafficType",
        ),
        tagged=True,
    )
    actions = service("ec2")._ACTION_MAP
    describe = actions["DescribeFlowLogs"]

    def describe_all(params: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = describe(params)
        pattern = r"<flowLogId>([^<]+)</flowLogId>"
        text = re.sub(pattern, lambda found: found[0] + _flow_log_details(found[1]), body.decode())
        return status, headers, text.encode()

    actions["DescribeFlowLogs"] = describe_all
    show_endpoint_groups()


def _there(store: str, code: str, *ids: str) -> None:
    """Refuse an ID that EC2 does not know, as every EC2 call does."""
    for item in ids:
        if item not in getattr(service("ec2"), store):
            raise ApiError("ec2", "Describe", f"{code}.NotFound", f"The ID '{item}' does not exist")


def _check_vpc(props: Props) -> None:
    request("ec2", "CreateVpc", without(props, "Tags", "EnableDnsSupport", "EnableDnsHostnames"))
    network = ipaddress.ip_network(props["CidrBlock"])
    # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    if not 16 <= network.prefixlen <= 28:
        raise ApiError("ec2", "CreateVpc", "InvalidVpc.Range", f"The CIDR '{network}' is invalid.")


def _check_subnet(props: Props) -> None:
    later = ("Tags", "MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "PrivateDnsNameOptionsOnLaunch")
    request("ec2", "CreateSubnet", without(props, *later, "EnableDns64"))
    _there("_vpcs", "InvalidVpcID", props["VpcId"])
    network = ipaddress.ip_network(props["CidrBlock"])
    vpc = ipaddress.ip_network(service("ec2")._vpcs[props["VpcId"]]["CidrBlock"])
    # https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    inside = isinstance(network, ipaddress.IPv4Network) and network.subnet_of(vpc)  # type: ignore[arg-type]
    if not inside or not 16 <= network.prefixlen <= 28:
        raise ApiError("ec2", "CreateSubnet", "InvalidSubnet.Range", f"The CIDR '{network}' is invalid.")
    zone = str(props.get("AvailabilityZone", ""))
    if zone and not re.fullmatch(re.escape(region()) + "[a-f]", zone):
        message = f"Value ({zone}) for parameter availabilityZone is invalid."
        raise ApiError("ec2", "CreateSubnet", "InvalidParameterValue", message)


def _amend_subnet(subnet_id: str, props: Props, _attributes: dict[str, Any]) -> None:
    ec2 = service("ec2")
    network = ipaddress.ip_network(props["CidrBlock"])
    for other_id, other in list(ec2._subnets.items()):
        if other_id == subnet_id or other["VpcId"] != props["VpcId"]:
            continue
        if network.overlaps(ipaddress.ip_network(other["CidrBlock"])):
            del ec2._subnets[subnet_id]
            message = f"The CIDR '{network}' conflicts with another subnet"
            raise ApiError("ec2", "CreateSubnet", "InvalidSubnet.Conflict", message)
    # EC2 reserves the first four addresses and the last one: see subnet-sizing, above.
    ec2._subnets[subnet_id]["AvailableIpAddressCount"] = network.num_addresses - 5


def _check_route(props: Props) -> None:
    request("ec2", "CreateRoute", props)
    _there("_route_tables", "InvalidRouteTableID", props["RouteTableId"])
    if "NatGatewayId" in props:
        _there("_nat_gateways", "InvalidNatGatewayID", props["NatGatewayId"])
    gateway = props.get("GatewayId", "")
    if gateway.startswith("igw-"):
        _there("_internet_gateways", "InvalidInternetGatewayID", gateway)
        table = service("ec2")._route_tables[props["RouteTableId"]]
        # This happens if the route does not wait for the gateway's attachment.
        if not has_internet_gateway(table["VpcId"]):
            message = f"route table {props['RouteTableId']} and network gateway {gateway} belong to different networks"
            raise ApiError("ec2", "CreateRoute", "InvalidParameterValue", message)


def _check_association(props: Props) -> None:
    request("ec2", "AssociateRouteTable", props)
    _there("_subnets", "InvalidSubnetID", props["SubnetId"])
    _there("_route_tables", "InvalidRouteTableID", props["RouteTableId"])


def _check_endpoint(props: Props) -> None:
    policy = props.get("PolicyDocument")
    text = {"PolicyDocument": json.dumps(policy)} if isinstance(policy, dict) else {}
    request("ec2", "CreateVpcEndpoint", without(props, "Tags") | text)
    _there("_vpcs", "InvalidVpcId", props["VpcId"])
    _there("_route_tables", "InvalidRouteTableId", *props.get("RouteTableIds", []))
    _there("_subnets", "InvalidSubnetId", *props.get("SubnetIds", []))
    _there("_security_groups", "InvalidSecurityGroupID", *props.get("SecurityGroupIds", []))
    name = props.get("ServiceName", "")
    gateway = name.rpartition(".")[2] in ("s3", "dynamodb") and "Interface" not in props.get("VpcEndpointType", "")
    known = name.startswith(f"com.amazonaws.{region()}.")
    kind = props.get("VpcEndpointType", "Gateway")
    if not known or (kind == "Gateway") != gateway:
        message = f"The Vpc Endpoint Service '{name}' does not exist as a {kind} endpoint"
        raise ApiError("ec2", "CreateVpcEndpoint", "InvalidServiceName", message)


def _create_flow_log(_logical_id: str, props: Props, _stack_name: str) -> Made:
    ec2 = service("ec2")
    kind = props.get("LogDestinationType", "cloud-watch-logs")
    store = {"VPC": "_vpcs", "Subnet": "_subnets"}.get(props.get("ResourceType", ""))
    asked = without(props, "ResourceId", "Tags") | {"ResourceIds": [props.get("ResourceId", "")]}
    # Checked first, because what follows reads these properties.
    request("ec2", "CreateFlowLogs", asked)
    if store:
        _there(store, f"Invalid{props['ResourceType']}Id", props["ResourceId"])
    if kind == "cloud-watch-logs" and not props.get("DeliverLogsPermissionArn"):
        message = "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."
        raise ApiError("ec2", "CreateFlowLogs", "InvalidParameter", message)
    flow_log_id = call("ec2", "CreateFlowLogs", asked)["FlowLogIds"][0]
    kept = ("DeliverLogsPermissionArn", "LogGroupName", "MaxAggregationInterval", "LogFormat")
    ec2._flow_logs[flow_log_id] |= {key: props[key] for key in kept if key in props}
    _tag(flow_log_id, props, {})
    return flow_log_id, {"Id": flow_log_id}


def _flow_log_details(flow_log_id: str) -> str:
    stored = service("ec2")._flow_logs[flow_log_id]
    names = {
        "deliverLogsPermissionArn": "DeliverLogsPermissionArn",
        "logGroupName": "LogGroupName",
        "maxAggregationInterval": "MaxAggregationInterval",
    }
    return "".join(f"<{tag}>{stored[key]}</{tag}>" for tag, key in names.items() if key in stored)


def _update_flow_log(flow_log_id: str, old: Props, new: Props, _stack_name: str) -> Made:
    _tag(flow_log_id, new, old)
    return flow_log_id, {"Id": flow_log_id}


def _delete_flow_log(flow_log_id: str) -> None:
    if flow_log_id in service("ec2")._flow_logs:
        call("ec2", "DeleteFlowLogs", {"FlowLogIds": [flow_log_id]})


def _tag(resource_id: str, new: Props, old: Props) -> None:
    ministack("services.cloudformation.provisioners")._ec2_apply_tags(resource_id, new, old)


def show_endpoint_groups() -> None:
    """An interface endpoint's security groups and its private DNS, which ministack keeps but hides."""
    ec2 = service("ec2")
    show = ec2._vpce_fields_xml

    def shown(endpoint: dict[str, Any], tag: str = "item") -> str:
        groups = "".join(f"<item><groupId>{group}</groupId></item>" for group in endpoint.get("SecurityGroupIds", []))
        private = str(endpoint.get("PrivateDnsEnabled", False)).lower()
        more = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private}</privateDnsEnabled>"
        text: str = show(endpoint, tag)
        return text.removesuffix(f"</{tag}>") + more + f"</{tag}>"

    ec2._vpce_fields_xml = shown
