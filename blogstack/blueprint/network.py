"""Decisions about the network: the one to make, and where the service stack stands in it."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.addresses import address_plan
from blogstack.blueprint.naming import NETWORK, Imported, Naming, Value
from blogstack.config import Config


class Zone(NamedTuple):
    """One availability zone and its subnets.

    Attributes:
        number: From 1; it ends the logical IDs of what is in the zone.
        letter: The zone's letter; "" takes the region's zone of that number.
        public: IPv4 block of the public subnet.
        private: IPv4 block of the private subnet; "" when there is none.
        nat: Number of the NAT gateway that the private subnet uses; 0 for none.
        has_nat: Whether a NAT gateway stands in this zone's public subnet.
    """

    number: int
    letter: str
    public: str
    private: str
    nat: int
    has_nat: bool


class Network(NamedTuple):
    """The network stack.

    Attributes:
        interface_endpoints: Services, as in ecr.api, that the private subnets reach without the internet.
        flow_log_retention: Days; 0 for no flow logs.
    """

    stack: str
    cidr: str
    zones: tuple[Zone, ...]
    interface_endpoints: tuple[str, ...]
    flow_log_retention: int
    tags: dict[str, str]

    @property
    def private_tier(self) -> bool:
        """Whether tasks have subnets of their own."""
        return bool(self.zones[0].private)


class Placement(NamedTuple):
    """Where the service stands in a network.

    Attributes:
        assign_public_ip: Whether tasks get public addresses, which they need in public subnets.
    """

    vpc: Value
    balancer_subnets: tuple[Value, ...]
    task_subnets: tuple[Value, ...]
    assign_public_ip: bool


def resolve_network(config: Config, names: Naming) -> Network | None:
    """The network stack; None with a network that exists already."""
    create = config.network.created
    if create is None:
        return None
    given = create.availability_zones
    letters = ("",) * given if isinstance(given, int) else given
    plan = address_plan(create.cidr, len(letters), private_tier=create.egress != "public_ip")
    zones = []
    for number, (letter, public) in enumerate(zip(letters, plan.public, strict=True), start=1):
        nat = {"nat": 1, "nat_per_az": number}.get(create.egress, 0)
        private = plan.private[number - 1] if plan.private else ""
        zones.append(Zone(number, letter, public, private, nat, has_nat=nat == number))
    return Network(
        stack=names.stack(NETWORK),
        cidr=create.cidr,
        zones=tuple(zones),
        interface_endpoints=interface_endpoints(config) if create.egress == "endpoints" else (),
        flow_log_retention=config.logs.retention if create.flow_logs else 0,
        tags=dict(names.tags),
    )


def interface_endpoints(config: Config) -> tuple[str, ...]:
    """The services that tasks without a way to the internet need beside S3.

    Source: Amazon ECR user guide, "Amazon ECR interface VPC endpoints", and Amazon ECS developer guide, ECS Exec.
    """
    return ("ecr.api", "ecr.dkr", "logs", *(("ssmmessages",) if config.service.exec else ()))


def resolve_placement(config: Config, network: Network | None) -> Placement:
    """Where load balancer and tasks stand."""
    internal = config.load_balancer.internal
    if network is not None:
        public: tuple[Value, ...] = tuple(
            Imported(network.stack, f"PublicSubnet{zone.number}Id") for zone in network.zones
        )
        private: tuple[Value, ...] = tuple(
            Imported(network.stack, f"PrivateSubnet{zone.number}Id") for zone in network.zones if zone.private
        )
        vpc: Value = Imported(network.stack, "VpcId")
    else:
        existing = config.network.existing
        assert existing is not None
        public, private, vpc = existing.public_subnet_ids, existing.private_subnet_ids, existing.vpc_id
    tasks = private or public
    return Placement(vpc, tasks if internal else public, tasks, assign_public_ip=not private)
