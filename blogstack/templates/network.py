"""The network stack: VPC, subnets, routes, NAT gateways or VPC endpoints, flow logs."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, GetAZs, Ref, Select, Sub, ec2

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import NETWORK, Output
from blogstack.blueprint.network import Network, Zone
from blogstack.templates.flow_logs import add_flow_logs
from blogstack.templates.stack import Stack, make_tags, plain

_CREATE = ("network", "create")


def lower(network: Network) -> Stack:
    """Build the network stack."""
    stack = Stack(NETWORK, network.stack, f"{network.stack.removesuffix('-network')}: the network")
    vpc = stack.add(
        ec2.VPC(
            ids.VPC,
            CidrBlock=network.cidr,
            EnableDnsSupport=True,
            EnableDnsHostnames=True,
            Tags=make_tags(network.tags, network.stack),
        ),
        *_CREATE,
        "cidr",
    )
    stack.export(Output.VPC_ID, "The VPC", Ref(vpc))
    route_tables = [_add_public_tier(stack, network, vpc)]
    for zone in network.zones:
        if zone.has_nat:
            _add_nat(stack, network, zone)
    if network.private_tier:
        route_tables = [_add_private_subnet(stack, network, zone, vpc) for zone in network.zones]
    _add_database_tier(stack, network, vpc)
    stack.add(
        ec2.VPCEndpoint(
            ids.S3_ENDPOINT,
            VpcId=Ref(vpc),
            VpcEndpointType="Gateway",
            ServiceName=Sub("com.amazonaws.${AWS::Region}.s3"),
            RouteTableIds=[Ref(table) for table in route_tables],
            Tags=make_tags(network.tags, f"{network.stack}-s3"),
        ),
        *_CREATE,
    )
    if network.interface_endpoints:
        _add_interface_endpoints(stack, network, vpc)
    if network.flow_log_retention:
        add_flow_logs(stack, network, vpc, network.flow_log_retention)
    return stack


def _add_public_tier(stack: Stack, network: Network, vpc: AWSObject) -> AWSObject:
    gateway = stack.add(
        ec2.InternetGateway(ids.INTERNET_GATEWAY, Tags=make_tags(network.tags, network.stack)), *_CREATE
    )
    attachment = stack.add(
        ec2.VPCGatewayAttachment(ids.INTERNET_GATEWAY_ATTACHMENT, VpcId=Ref(vpc), InternetGatewayId=Ref(gateway)),
        *_CREATE,
    )
    table = stack.add(
        ec2.RouteTable(ids.PUBLIC_ROUTE_TABLE, VpcId=Ref(vpc), Tags=make_tags(network.tags, f"{network.stack}-public")),
        *_CREATE,
    )
    stack.add(
        ec2.Route(
            ids.PUBLIC_ROUTE,
            RouteTableId=Ref(table),
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=Ref(gateway),
            DependsOn=attachment.title,
        ),
        *_CREATE,
    )
    for zone in network.zones:
        subnet = _add_subnet(stack, network, zone, vpc, ids.PUBLIC_SUBNET, zone.public)
        stack.add(
            ec2.SubnetRouteTableAssociation(
                ids.PUBLIC_ROUTE_TABLE_ASSOCIATION.format(zone.number),
                SubnetId=Ref(subnet),
                RouteTableId=Ref(table),
            ),
            *_CREATE,
        )
        stack.export(Output.PUBLIC_SUBNET_ID.format(zone.number), f"Public subnet {zone.number}", Ref(subnet))
    return table


def _add_private_subnet(stack: Stack, network: Network, zone: Zone, vpc: AWSObject) -> AWSObject:
    """A private subnet with a separate route table, so that a change of egress only changes routes."""
    subnet = _add_subnet(stack, network, zone, vpc, ids.PRIVATE_SUBNET, zone.private)
    table = stack.add(
        ec2.RouteTable(
            ids.PRIVATE_ROUTE_TABLE.format(zone.number),
            VpcId=Ref(vpc),
            Tags=make_tags(network.tags, f"{network.stack}-private-{zone.number}"),
        ),
        *_CREATE,
    )
    stack.add(
        ec2.SubnetRouteTableAssociation(
            ids.PRIVATE_ROUTE_TABLE_ASSOCIATION.format(zone.number),
            SubnetId=Ref(subnet),
            RouteTableId=Ref(table),
        ),
        *_CREATE,
    )
    if zone.nat:
        stack.add(
            ec2.Route(
                ids.PRIVATE_ROUTE.format(zone.number),
                RouteTableId=Ref(table),
                DestinationCidrBlock="0.0.0.0/0",
                NatGatewayId=Ref(ids.NAT_GATEWAY.format(zone.nat)),
            ),
            *_CREATE,
            "egress",
        )
    stack.export(Output.PRIVATE_SUBNET_ID.format(zone.number), f"Private subnet {zone.number}", Ref(subnet))
    return table


def _add_database_tier(stack: Stack, network: Network, vpc: AWSObject) -> None:
    """Add the database's subnets, with one route table that has no route out of the network."""
    table = stack.add(
        ec2.RouteTable(
            ids.DATABASE_ROUTE_TABLE, VpcId=Ref(vpc), Tags=make_tags(network.tags, f"{network.stack}-database")
        ),
        *_CREATE,
        "cidr",
    )
    for zone in network.zones:
        subnet = _add_subnet(stack, network, zone, vpc, ids.DATABASE_SUBNET, zone.database)
        stack.add(
            ec2.SubnetRouteTableAssociation(
                ids.DATABASE_ROUTE_TABLE_ASSOCIATION.format(zone.number),
                SubnetId=Ref(subnet),
                RouteTableId=Ref(table),
            ),
            *_CREATE,
            "cidr",
        )
        stack.export(Output.DATABASE_SUBNET_ID.format(zone.number), f"Database subnet {zone.number}", Ref(subnet))


def _add_subnet(stack: Stack, network: Network, zone: Zone, vpc: AWSObject, name: str, cidr: str | None) -> AWSObject:
    logical_id = name.format(zone.number)
    tier = {zone.public: "public", zone.private: "private", zone.database: "database"}[cidr]
    return stack.add(
        ec2.Subnet(
            logical_id,
            VpcId=Ref(vpc),
            AvailabilityZone=_availability_zone(zone),
            CidrBlock=cidr,
            MapPublicIpOnLaunch=False,
            Tags=make_tags(network.tags, f"{network.stack}-{tier}-{zone.number}"),
        ),
        *_CREATE,
        "cidr",
    )


def _availability_zone(zone: Zone) -> AWSHelperFn:
    return Sub("${AWS::Region}" + zone.letter) if zone.letter else Select(zone.number - 1, GetAZs(""))


def _add_nat(stack: Stack, network: Network, zone: Zone) -> None:
    title = f"{network.stack}-nat-{zone.number}"
    # EC2 allocates an address only once the VPC has an internet gateway:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html
    address = stack.add(
        ec2.EIP(
            ids.NAT_ADDRESS.format(zone.number),
            Domain="vpc",
            Tags=make_tags(network.tags, title),
            DependsOn=ids.INTERNET_GATEWAY_ATTACHMENT,
        ),
        *_CREATE,
        "egress",
    )
    stack.add(
        ec2.NatGateway(
            ids.NAT_GATEWAY.format(zone.number),
            SubnetId=Ref(ids.PUBLIC_SUBNET.format(zone.number)),
            AllocationId=GetAtt(address, "AllocationId"),
            Tags=make_tags(network.tags, title),
        ),
        *_CREATE,
        "egress",
    )


def _add_interface_endpoints(stack: Stack, network: Network, vpc: AWSObject) -> None:
    group = stack.add(
        ec2.SecurityGroup(
            ids.ENDPOINT_SECURITY_GROUP,
            GroupDescription="VPC endpoints: HTTPS from the private subnets",
            VpcId=Ref(vpc),
            SecurityGroupIngress=[
                plain(
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp=zone.private,
                    Description=f"HTTPS from private subnet {zone.number}",
                )
                for zone in network.zones
            ],
            Tags=make_tags(network.tags, f"{network.stack}-endpoints"),
        ),
        *_CREATE,
        "egress",
    )
    for endpoint in network.interface_endpoints:
        stack.add(
            ec2.VPCEndpoint(
                ids.INTERFACE_ENDPOINTS[endpoint.service],
                VpcId=Ref(vpc),
                VpcEndpointType="Interface",
                ServiceName=Sub(f"{endpoint.prefix}.${{AWS::Region}}.{endpoint.service}"),
                SubnetIds=[Ref(ids.PRIVATE_SUBNET.format(zone.number)) for zone in network.zones],
                SecurityGroupIds=[GetAtt(group, "GroupId")],
                PrivateDnsEnabled=True,
                Tags=make_tags(network.tags, f"{network.stack}-{endpoint.service.replace('.', '-')}"),
            ),
            *_CREATE,
            "egress",
        )
