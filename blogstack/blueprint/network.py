"""Decisions about the network: the one to create, and where the load balancer, tasks and database are in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blogstack.blueprint.names import NETWORK, Imported, Naming, Output, Value
from blogstack.config import Config
from blogstack.config.endpoints import interface_endpoints
from blogstack.facts.regions import partition
from blogstack.facts.subnets import address_plan
from blogstack.records import Record


class Zone(Record, kw_only=True):
    """One availability zone and its subnets.

    Attributes:
        number: From 1; the last character of the logical IDs of the zone's resources.
        letter: The zone's letter; None for the region's zone with that number.
        public: IPv4 block of the public subnet.
        private: IPv4 block of the private subnet; None without one.
        database: IPv4 block of the subnet of database and cache.
        nat: Number of the NAT gateway that the private subnet uses; None without one.
        has_nat: Whether a NAT gateway is in this zone's public subnet.
    """

    number: int
    letter: str | None
    public: str
    private: str | None
    database: str
    nat: int | None
    has_nat: bool


class Endpoint(Record):
    """An interface endpoint: a service such as ecr.api, and the prefix of its name in this region."""

    service: str
    prefix: str


class Network(Record, kw_only=True):
    """The network stack.

    Attributes:
        interface_endpoints: The services that the private subnets reach without the internet.
        flow_log_retention: Days; None for no flow logs.
        kms_key: ARN of the key for flow logs; None for AWS's own.
    """

    stack: str
    cidr: str
    zones: tuple[Zone, ...]
    interface_endpoints: tuple[Endpoint, ...]
    flow_log_retention: int | None
    kms_key: str | None
    tags: Mapping[str, str]

    @property
    def private_tier(self) -> bool:
        """Whether there are private subnets, for the tasks."""
        return self.zones[0].private is not None


class Placement(Record, kw_only=True):
    """Where the load balancer, tasks and database are in a network.

    Attributes:
        assign_public_ip: Whether tasks get public addresses, which they need in public subnets.
    """

    vpc: Value
    balancer_subnets: tuple[Value, ...]
    task_subnets: tuple[Value, ...]
    database_subnets: tuple[Value, ...]
    assign_public_ip: bool


def resolve_network(config: Config, naming: Naming) -> Network | None:
    """The network stack; None with an existing network or that of another application."""
    create = config.created_network
    if create is None:
        return None
    wanted = create.availability_zones
    letters: tuple[str | None, ...] = (None,) * wanted if isinstance(wanted, int) else wanted
    plan = address_plan(create.cidr, len(letters), private_tier=create.egress != "public_ip")
    zones = []
    for number, (letter, public) in enumerate(zip(letters, plan.public, strict=True), start=1):
        nat = {"nat": 1, "nat_per_az": number}.get(create.egress)
        zones.append(
            Zone(
                number=number,
                letter=letter,
                public=public,
                private=plan.private[number - 1] if plan.private else None,
                # Also without a database: CloudFormation could not delete subnets that a database stack still
                # imports. Subnets cost nothing.
                database=plan.database[number - 1],
                nat=nat,
                has_nat=nat == number,
            )
        )
    return Network(
        stack=naming.stack(NETWORK),
        cidr=create.cidr,
        zones=tuple(zones),
        interface_endpoints=_endpoints(config) if create.egress == "endpoints" else (),
        flow_log_retention=config.logs.retention if create.flow_logs else None,
        kms_key=config.kms_key,
        tags=naming.tags,
    )


# The services' names begin with com.amazonaws, except for these:
# https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
_PREFIXES = {
    "aws-cn": {"ecr.api": "cn.com.amazonaws", "ecr.dkr": "cn.com.amazonaws", "sqs": "cn.com.amazonaws"},
    "aws-eusc": {"ecr.api": "eu.amazonaws", "ecr.dkr": "eu.amazonaws"},
}


def _endpoints(config: Config) -> tuple[Endpoint, ...]:
    prefixes = _PREFIXES.get(partition(config.region), {})
    return tuple(Endpoint(name, prefixes.get(name, "com.amazonaws")) for name in interface_endpoints(config))


# Every network has these two, so a second application in it need not know how many more there are.
_ZONES_OF_ANOTHER = (1, 2)


def resolve_placement(config: Config, naming: Naming, network: Network | None) -> Placement:
    """Where the load balancer, tasks and database are."""
    public: tuple[Value, ...]
    private: tuple[Value, ...]
    database: tuple[Value, ...]
    vpc: Value
    stack, other = naming.platform_stack(NETWORK), config.other_network
    if network is not None or other is not None:
        numbers = [zone.number for zone in network.zones] if network else _ZONES_OF_ANOTHER
        has_private = network.private_tier if network else other is not None and other.egress != "public_ip"
        public = _subnets(stack, Output.PUBLIC_SUBNET_ID, numbers)
        private = _subnets(stack, Output.PRIVATE_SUBNET_ID, numbers) if has_private else ()
        database = _subnets(stack, Output.DATABASE_SUBNET_ID, numbers)
        vpc = Imported(stack, Output.VPC_ID)
    else:
        existing = config.network.existing
        assert existing is not None
        public, private, vpc = existing.public_subnet_ids, existing.private_subnet_ids, existing.vpc_id
        database = existing.database_subnet_ids
    tasks = private or public
    return Placement(
        vpc=vpc,
        balancer_subnets=tasks if config.load_balancer.internal else public,
        task_subnets=tasks,
        database_subnets=database,
        assign_public_ip=not private,
    )


def _subnets(stack: str, output: str, zones: Iterable[int]) -> tuple[Imported, ...]:
    return tuple(Imported(stack, output.format(number)) for number in zones)
