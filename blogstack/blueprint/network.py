"""Decisions about the network: the one to make, and where the service stack stands in it."""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.names import NETWORK, Imported, Naming, Value
from blogstack.config import Config
from blogstack.config.endpoints import interface_endpoints
from blogstack.facts.subnets import address_plan


class Zone(NamedTuple):
    """One availability zone and its subnets.

    Attributes:
        number: From 1; it ends the logical IDs of what is in the zone.
        letter: The zone's letter; "" takes the region's zone of that number.
        public: IPv4 block of the public subnet.
        private: IPv4 block of the private subnet; "" when there is none.
        database: IPv4 block of the database's subnet; "" when there is none.
        nat: Number of the NAT gateway that the private subnet uses; 0 for none.
        has_nat: Whether a NAT gateway stands in this zone's public subnet.
    """

    number: int
    letter: str
    public: str
    private: str
    database: str
    nat: int
    has_nat: bool


class Endpoint(NamedTuple):
    """An interface endpoint: a service such as ecr.api, and the beginning of its name in this region."""

    service: str
    prefix: str


class Network(NamedTuple):
    """The network stack.

    Attributes:
        interface_endpoints: What the private subnets reach without the internet.
        flow_log_retention: Days; 0 for no flow logs.
        kms_key: Of the flow logs; "" for AWS's own.
    """

    stack: str
    cidr: str
    zones: tuple[Zone, ...]
    interface_endpoints: tuple[Endpoint, ...]
    flow_log_retention: int
    kms_key: str
    tags: dict[str, str]

    @property
    def private_tier(self) -> bool:
        """Whether tasks have subnets of their own."""
        return bool(self.zones[0].private)

    @property
    def database_tier(self) -> bool:
        """Whether there are subnets for a database."""
        return bool(self.zones[0].database)


class Placement(NamedTuple):
    """Where the service stands in a network.

    Attributes:
        assign_public_ip: Whether tasks get public addresses, which they need in public subnets.
    """

    vpc: Value
    balancer_subnets: tuple[Value, ...]
    task_subnets: tuple[Value, ...]
    database_subnets: tuple[Value, ...]
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
        database = plan.database[number - 1] if config.database else ""
        zones.append(Zone(number, letter, public, private, database, nat, has_nat=nat == number))
    return Network(
        stack=names.stack(NETWORK),
        cidr=create.cidr,
        zones=tuple(zones),
        interface_endpoints=_endpoints(config) if create.egress == "endpoints" else (),
        flow_log_retention=config.logs.retention if create.flow_logs else 0,
        kms_key=config.kms_key or "",
        tags=dict(names.tags),
    )


# Services are named after com.amazonaws, but for ECR in these partitions (AWS CDK, aws-ec2, vpc-endpoint.ts).
_ECR_PREFIXES = {"cn-": "cn.com.amazonaws", "eusc": "eu.amazonaws"}


def _endpoints(config: Config) -> tuple[Endpoint, ...]:
    own = _ECR_PREFIXES.get(config.region[: len("eusc")], _ECR_PREFIXES.get(config.region[: len("cn-")], ""))
    return tuple(
        Endpoint(service, own if own and service.startswith("ecr.") else "com.amazonaws")
        for service in interface_endpoints(config)
    )


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
        database: tuple[Value, ...] = tuple(
            Imported(network.stack, f"DatabaseSubnet{zone.number}Id") for zone in network.zones if zone.database
        )
        vpc: Value = Imported(network.stack, "VpcId")
    else:
        existing = config.network.existing
        assert existing is not None
        public, private, vpc = existing.public_subnet_ids, existing.private_subnet_ids, existing.vpc_id
        database = existing.database_subnet_ids
    tasks = private or public
    return Placement(vpc, tasks if internal else public, tasks, database, assign_public_ip=not private)
