"""What the emulated EC2 holds after a network stack."""

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped, unused-ignore]

from emulator import Emulator

from .conftest import SAMPLE


def test_a_nat_gateway_has_its_address_and_the_private_route_leads_to_it(network: Emulator) -> None:
    ec2, made = network.client("ec2"), network.resources("sample-network")
    gateway = ec2.describe_nat_gateways(NatGatewayIds=[made["NatGateway"]])["NatGateways"][0]
    address = ec2.describe_addresses()["Addresses"][0]
    assert gateway["State"] == "available"
    assert gateway["SubnetId"] == made["PublicSubnetA"]
    assert gateway["NatGatewayAddresses"][0]["AllocationId"] == address["AllocationId"]
    assert gateway["NatGatewayAddresses"][0]["PublicIp"] == address["PublicIp"]
    # Ref of an address is the address itself.
    assert network.outputs("sample-network")["NatAddress"] == address["PublicIp"]
    assert {"Key": "Name", "Value": "nat"} in gateway["Tags"]
    table = ec2.describe_route_tables(RouteTableIds=[made["PrivateRoutes"]])["RouteTables"][0]
    route = next(item for item in table["Routes"] if item["DestinationCidrBlock"] == "0.0.0.0/0")
    assert route["NatGatewayId"] == made["NatGateway"]


def test_endpoints_stand_where_the_template_puts_them(network: Emulator) -> None:
    made = network.resources("sample-network")
    endpoints = network.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    by_name = {item["ServiceName"].rpartition(".")[2]: item for item in endpoints}
    assert by_name["s3"]["RouteTableIds"] == [made["PrivateRoutes"]]
    assert by_name["logs"]["SubnetIds"] == [made["PrivateSubnetA"], made["PrivateSubnetB"]]
    assert by_name["logs"]["PrivateDnsEnabled"] is True
    groups = [item["GroupId"] for item in by_name["logs"]["Groups"]]
    assert groups == [made["EndpointSecurityGroup"]]


def test_flow_logs_name_their_group_and_role(network: Emulator) -> None:
    made = network.resources("sample-network")
    flow_log = network.client("ec2").describe_flow_logs()["FlowLogs"][0]
    assert flow_log["FlowLogId"] == made["FlowLog"]
    assert flow_log["ResourceId"] == made["Vpc"]
    assert flow_log["LogGroupName"] == "/vpc/sample-network"
    assert flow_log["DeliverLogsPermissionArn"].endswith(made["FlowLogRole"])
    assert flow_log["MaxAggregationInterval"] == 60


def test_the_network_can_be_deleted(network: Emulator) -> None:
    ec2, made = network.client("ec2"), network.resources("sample-network")
    assert network.delete("sample-network") == "DELETE_COMPLETE"
    states = [item["State"] for item in ec2.describe_nat_gateways()["NatGateways"]]
    assert states == ["deleted"]
    assert ec2.describe_addresses()["Addresses"] == []
    assert ec2.describe_flow_logs()["FlowLogs"] == []
    assert made["Vpc"] not in [item["VpcId"] for item in ec2.describe_vpcs()["Vpcs"]]


def test_an_unchanged_network_has_nothing_to_change(network: Emulator) -> None:
    before = network.resources("sample-network")
    again = network.deploy(SAMPLE / "network.yaml", "sample-network")
    assert "No changes to deploy" in again.stdout
    assert network.resources("sample-network") == before


def test_an_export_in_use_can_neither_go_nor_change(deployed: Emulator) -> None:
    with pytest.raises(ClientError, match="is imported by stack sample-service"):
        deployed.delete("sample-network")
    text = (SAMPLE / "network.yaml").read_text(encoding="utf-8")
    # An output alone is no change to CloudFormation, so another property changes too.
    changed = text.replace("[!Ref PublicSubnetA, !Ref PublicSubnetB]", "[!Ref PublicSubnetB]")
    changed = changed.replace("MaxAggregationInterval: 60", "MaxAggregationInterval: 600")
    done = deployed.deploy_text(changed, "sample-network", check=False)
    assert done.returncode != 0
    assert "sample-network:PublicSubnetIds" in " ".join(deployed.failures("sample-network"))


def test_networks_that_were_there_before_keep_their_ids(aws: Emulator) -> None:
    aws.add_existing(
        vpcs={"vpc-0123456789abcdef0": "10.1.0.0/16"},
        subnets={
            "subnet-0aaaaaaaaaaaaaaaa": {
                "vpc": "vpc-0123456789abcdef0",
                "cidr": "10.1.0.0/24",
                "zone": "ap-northeast-2a",
                "public": True,
            }
        },
    )
    ec2 = aws.client("ec2")
    subnet = ec2.describe_subnets(SubnetIds=["subnet-0aaaaaaaaaaaaaaaa"])["Subnets"][0]
    assert subnet["VpcId"] == "vpc-0123456789abcdef0"
    tables = ec2.describe_route_tables()["RouteTables"]
    table = next(
        item for item in tables if any(link.get("SubnetId") == subnet["SubnetId"] for link in item["Associations"])
    )
    assert any(route.get("GatewayId", "").startswith("igw-") for route in table["Routes"])
