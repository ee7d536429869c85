"""The address plan and the routes of each tier."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from blogstack.facts.subnets import address_plan
from blogstack.pipeline import compile_text
from tests.cases import ACCEPT
from tests.support.templates import of_type, read, resource, trees


def test_the_shape_of_a_wide_network() -> None:
    """A /16 and two zones: exactly these blocks."""
    plan = address_plan("10.0.0.0/16", 2, private_tier=True)
    assert plan.public == ("10.0.0.0/24", "10.0.1.0/24")
    assert plan.private == ("10.0.10.0/24", "10.0.11.0/24")
    assert plan.database == ("10.0.20.0/24", "10.0.21.0/24")
    assert plan.usable == 251


@pytest.mark.parametrize("prefix", range(16, 23))
@pytest.mark.parametrize("zones", [2, 3])
def test_subnets_lie_in_the_network_and_do_not_overlap(prefix: int, zones: int) -> None:
    network = IPv4Network(f"10.64.0.0/{prefix}")
    plan = address_plan(str(network), zones, private_tier=True)
    blocks = [IPv4Network(block) for block in plan.public + plan.private + plan.database]
    assert len(blocks) == 3 * zones
    assert all(block.subnet_of(network) for block in blocks)
    assert not any(a.overlaps(b) for n, a in enumerate(blocks) for b in blocks[:n])
    assert all(block.prefixlen <= 27 for block in blocks)  # what a load balancer takes


def routes(case: str) -> dict[str, dict[str, object]]:
    tree = trees(case)["network"]
    return {name: body["Properties"] for name, body in of_type(tree, "AWS::EC2::Route").items()}


def test_one_nat_gateway_for_all_zones() -> None:
    assert routes("minimal")["PrivateRoute1"]["NatGatewayId"] == {"Ref": "NatGateway1"}
    assert routes("minimal")["PrivateRoute2"]["NatGatewayId"] == {"Ref": "NatGateway1"}
    assert list(of_type(trees("minimal")["network"], "AWS::EC2::NatGateway")) == ["NatGateway1"]


def test_a_nat_gateway_in_each_zone() -> None:
    for number in (1, 2, 3):
        assert routes("nat-per-az")[f"PrivateRoute{number}"]["NatGatewayId"] == {"Ref": f"NatGateway{number}"}
        gateway = resource("nat-per-az", "network", f"NatGateway{number}")
        assert gateway["SubnetId"] == {"Ref": f"PublicSubnet{number}"}


def test_endpoints_instead_of_the_internet() -> None:
    """The private subnets have no default route, and an endpoint for everything that ECS needs to start a task."""
    assert list(routes("endpoints")) == ["PublicRoute"]
    endpoints = of_type(trees("endpoints")["network"], "AWS::EC2::VPCEndpoint")
    services = {body["Properties"]["ServiceName"]["Fn::Sub"].split("}.")[1] for body in endpoints.values()}
    assert services == {"s3", "ecr.api", "ecr.dkr", "logs", "ssmmessages"}
    (first, second) = resource("endpoints", "network", "EndpointSecurityGroup")["SecurityGroupIngress"]
    assert (first["CidrIp"], second["CidrIp"]) == ("10.0.10.0/24", "10.0.11.0/24")
    assert (first["FromPort"], first["ToPort"]) == (443, 443)


def test_a_queue_has_an_endpoint() -> None:
    """Under the name that it has in the region; tasks with a way to the internet need none."""
    endpoints = of_type(trees("queues")["network"], "AWS::EC2::VPCEndpoint")
    assert endpoints["SqsEndpoint"]["Properties"]["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.sqs"}
    assert "SqsEndpoint" not in trees("everything")["network"]["Resources"]
    text = (ACCEPT / "queues" / "blogstack.yaml").read_text().replace("ap-northeast-2", "cn-north-1")
    china = read(compile_text("blogstack.yaml", text.encode()).templates[1].text)
    service = china["Resources"]["SqsEndpoint"]["Properties"]["ServiceName"]
    assert service == {"Fn::Sub": "cn.com.amazonaws.${AWS::Region}.sqs"}


def test_public_addresses_instead_of_a_private_tier() -> None:
    tree = trees("public-ip")["network"]
    tiers = {logical_id.partition("Subnet")[0] for logical_id in of_type(tree, "AWS::EC2::Subnet")}
    assert tiers == {"Public", "Database"}
    zones = [body["Properties"]["AvailabilityZone"] for body in of_type(tree, "AWS::EC2::Subnet").values()]
    assert zones == [{"Fn::Sub": "${AWS::Region}a"}, {"Fn::Sub": "${AWS::Region}c"}] * len(tiers)
    configuration = resource("public-ip", "service", "Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert configuration["AssignPublicIp"] == "ENABLED"
    assert len(configuration["Subnets"]) == 2


@pytest.mark.parametrize("case", ["minimal", "nat-per-az", "endpoints", "public-ip"])
def test_free_and_safe_defaults(case: str) -> None:
    """Images are pulled through S3's free endpoint, and no subnet hands out public addresses by itself."""
    tree = trees(case)["network"]
    assert len(resource(case, "network", "S3Endpoint")["RouteTableIds"]) >= 1
    assert not any(b["Properties"]["MapPublicIpOnLaunch"] for b in of_type(tree, "AWS::EC2::Subnet").values())
    assert ("FlowLog" in tree["Resources"]) is (case != "endpoints")


def test_the_database_tier_leads_nowhere() -> None:
    """Its subnets exist only with a database, and their route table has no route but the network's own."""
    tree = trees("database")["network"]
    assert {f"DatabaseSubnet{n}" for n in (1, 2)} <= set(of_type(tree, "AWS::EC2::Subnet"))
    tables = {str(route["RouteTableId"]) for route in routes("database").values()}
    assert str({"Ref": "DatabaseRouteTable"}) not in tables
    assert {"Ref": "DatabaseRouteTable"} not in resource("database", "network", "S3Endpoint")["RouteTableIds"]


def test_a_database_that_is_removed_leaves_the_network_as_it_was() -> None:
    """Its stack still imports the subnets, and CloudFormation refuses to take away an export that is imported."""
    with_database, without = (
        {template.stack_name: template.text for template in compile_text("blogstack.yaml", text).templates}
        for text in (b"name: blog-api\nregion: us-east-1\ndatabase: {}\n", b"name: blog-api\nregion: us-east-1\n")
    )
    assert with_database["blog-api-network"] == without["blog-api-network"]
    assert with_database.keys() - without.keys() == {"blog-api-database"}
