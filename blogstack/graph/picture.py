"""The content of the picture: nodes in tiers and zones, and the connections that the security groups allow."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.blueprint import Blueprint
from blogstack.blueprint.logical_ids import camel_case
from blogstack.blueprint.names import Imported, Value
from blogstack.blueprint.network import Network, Placement
from blogstack.blueprint.stores import Stores
from blogstack.blueprint.workload import EcsService, Job, Workload
from blogstack.records import Record
from blogstack.words import plural, shorten

_SHOWN = 3
"""Maximum number of CIDR blocks that are listed; of more, only their number is shown."""


STORES = ("database", "cache")
"""IDs of the nodes in the network that keep data."""


class Node(Record, kw_only=True):
    """Something in the picture.

    Attributes:
        id: Letters and digits, unique in the picture.
        lines: The lines of text below its title.
        zone: Number of its zone, from 0; None for something in all zones.
    """

    id: str
    title: str
    lines: tuple[str, ...] = ()
    zone: int | None = None


class Tier(Record, kw_only=True):
    """The subnets of one kind, one for each zone; tiers are ordered from the internet inwards.

    Attributes:
        subnets: Their CIDR blocks; empty for existing subnets.
    """

    id: str
    title: str
    subnets: tuple[str, ...]
    nodes: tuple[Node, ...]


class Connection(Record, kw_only=True):
    """An allowed connection.

    Attributes:
        source: ID of a node.
        target: ID of a node.
        label: The port, or how the tasks leave the network.
    """

    source: str
    target: str
    label: str


class Picture(Record, kw_only=True):
    """The complete picture.

    Attributes:
        entry: The nodes in front of the load balancer.
        vpc: Title of the network.
        zones: Names of the zones; one name for an existing network, whose zones are not known.
        services: The nodes outside of the network that the tasks reach.
    """

    title: str
    entry: tuple[Node, ...]
    vpc: str
    zones: tuple[str, ...]
    tiers: tuple[Tier, ...]
    services: tuple[Node, ...]
    connections: tuple[Connection, ...]

    def nodes(self) -> Iterator[Node]:
        """Every node."""
        yield from self.entry
        for tier in self.tiers:
            yield from tier.nodes
        yield from self.services


def draw(blueprint: Blueprint) -> Picture:
    """The picture of one environment."""
    network, placement = blueprint.network, blueprint.services[0].placement
    balancer = _balancer(blueprint)
    tasks = [*(_tasks(service) for service in blueprint.services), *(_job(job) for job in blueprint.jobs)]
    gateways = _gateways(network)
    databases = (*_databases(blueprint), *_caches(blueprint.stores))
    made = blueprint.database or blueprint.stores.cache
    public_tasks = placement.assign_public_ip
    internal = blueprint.edge is not None and blueprint.edge.internal
    public = (*(() if internal and not public_tasks else (balancer,)), *gateways, *(tasks if public_tasks else ()))
    private = (*((balancer,) if internal and not public_tasks else ()), *(() if public_tasks else tasks))
    tiers = [
        Tier(id="public", title="public subnets", subnets=_blocks(network, "public"), nodes=public),
        Tier(
            id="private",
            title="private subnets",
            subnets=_blocks(network, "private"),
            nodes=(*private, *(_endpoints(network) if private else ())),
        ),
        Tier(
            id="database",
            title="database subnets" if made else "existing subnets",
            subnets=_blocks(network, "database") if made else (),
            nodes=databases,
        ),
    ]
    return Picture(
        title=blueprint.tasks.title,
        entry=tuple(_entry(blueprint)),
        vpc=f"VPC of {blueprint.platform}" if blueprint.platform else _vpc(network, placement),
        zones=_zones(network, blueprint.region),
        tiers=tuple(tier for tier in tiers if tier.nodes),
        services=tuple(_services(blueprint)),
        connections=tuple(_connections(blueprint)),
    )


def _entry(blueprint: Blueprint) -> Iterator[Node]:
    edge = blueprint.edge
    if edge is None:
        yield Node(id="clients", title="Clients", lines=(f"as {blueprint.platform} lets them in",))
        return
    everybody = edge.allowed_cidrs == ("0.0.0.0/0",)
    few = edge.allowed_cidrs if len(edge.allowed_cidrs) <= _SHOWN else (plural(len(edge.allowed_cidrs), "blocks"),)
    lines = () if everybody else (f"only from {', '.join(few)}",)
    yield Node(id="clients", title="Inside the network" if edge.internal else "Internet", lines=lines)
    if edge.tls:
        certificate = "existing ACM certificate" if edge.tls.certificate_arn else "ACM certificate"
        names = shorten(", ".join((edge.tls.domain, *edge.tls.more_names)))
        yield Node(id="domain", title="DNS elsewhere" if edge.tls.elsewhere else "Route 53", lines=(names, certificate))


def _balancer(blueprint: Blueprint) -> Node:
    edge = blueprint.edge
    if edge is None:
        return Node(id="balancer", title="Application Load Balancer", lines=(f"of {blueprint.platform}",))
    https = "HTTPS with TLS 1.2 and 1.3; port 80 redirects" if edge.tls else "HTTP only: no domain"
    lines = [https, *(["protected by AWS WAF"] if edge.firewall else [])]
    return Node(id="balancer", title="Application Load Balancer", lines=tuple(lines))


def _job(job: Job) -> Node:
    container, schedule = job.container, job.schedule
    size = f"{container.cpu / 1024:g} vCPU, {container.memory / 1024:g} GB, {container.architecture.lower()}"
    when = f"{schedule.cron}, {schedule.timezone}" if schedule else "run by hand"
    return Node(id=_task_id(job), title=f"Fargate: {job.service_name}", lines=(f"1 task of {size}", when))


def _tasks(workload: EcsService) -> Node:
    capacity, container = workload.capacity, workload.container
    scaling = capacity.scaling
    max_tasks = max([scaling.max, *(each.max for each in scaling.schedules)]) if scaling else capacity.min_tasks
    number = (
        f"{capacity.min_tasks} to {max_tasks} tasks"
        if max_tasks > capacity.min_tasks
        else plural(capacity.min_tasks, "tasks")
    )
    size = f"{container.cpu / 1024:g} vCPU, {container.memory / 1024:g} GB, {container.architecture.lower()}"
    lines = [f"{number}, each {size}" if max_tasks > 1 else f"1 task of {size}"]
    if capacity.spot:
        above = f" above {capacity.base}" if capacity.base else ""
        lines.append(f"{capacity.spot}% of the tasks{above} on Fargate Spot")
    if workload.sidecars:
        lines.append(shorten(f"with {', '.join(sidecar.name for sidecar in workload.sidecars)}"))
    if workload.release:
        lines.append(shorten(f"release step: {' '.join(workload.release.command)}"))
    if workload.exposure and not workload.exposure.is_main:
        lines.append(shorten(f"for {' '.join((*workload.exposure.hosts, *workload.exposure.paths))}"))
    if workload.discovery:
        lines.append(workload.discovery.url)
    return Node(id=_task_id(workload), title=f"Fargate: {workload.service_name}", lines=tuple(lines))


def _gateways(network: Network | None) -> tuple[Node, ...]:
    zones = network.zones if network else ()
    return tuple(
        Node(id=f"nat{zone.number}", title="NAT gateway", zone=zone.number - 1) for zone in zones if zone.has_nat
    )


def _endpoints(network: Network | None) -> tuple[Node, ...]:
    if network is None or not network.interface_endpoints:
        return ()
    names = ", ".join(endpoint.service for endpoint in network.interface_endpoints)
    return (Node(id="endpoints", title="VPC endpoints", lines=(names,)),)


def _databases(blueprint: Blueprint) -> tuple[Node, ...]:
    database = blueprint.database
    if database is None:
        exists = blueprint.tasks.database is not None
        return (Node(id="database", title="PostgreSQL", lines=("existing database",)),) if exists else ()
    growth = f" to {database.max_storage}" if database.max_storage else ""
    lines = (database.instance_class, f"{database.storage}{growth} GB, encrypted")
    title = f"PostgreSQL {database.engine_version}"
    if not database.multi_az:
        return (Node(id="database", title=title, lines=(*lines, "in one of the zones")),)
    return (Node(id="database", title=title, lines=(*lines, "with a standby instance in another zone")),)


def _caches(stores: Stores) -> tuple[Node, ...]:
    cache = stores.cache
    if cache is None:
        return ()
    where = "one in each of two zones" if cache.nodes > 1 else "in one of the zones"
    lines = (f"{plural(cache.nodes, 'nodes')} {cache.node_type}", where)
    return (Node(id="cache", title=f"Valkey {cache.engine_version}", lines=lines),)


def _services(blueprint: Blueprint) -> Iterator[Node]:
    if blueprint.registry:
        yield Node(id="registry", title="ECR", lines=(blueprint.registry.repository,))
    else:
        yield Node(id="registry", title="Images", lines=(shorten(_text(blueprint.image.uri)),))
    secrets = {
        str(secret.source) for workload in blueprint.workloads for secret in workload.all_secrets if secret.source
    }
    if secrets:
        yield Node(id="secrets", title="Secrets", lines=(plural(len(secrets), "secrets"),))
    stores = blueprint.stores
    if stores.queues:
        names = ", ".join(queue.name for queue in stores.queues.queues)
        yield Node(id="queues", title="SQS queues", lines=(shorten(names),))
    if stores.buckets:
        names = ", ".join(bucket.name for bucket in stores.buckets.buckets)
        yield Node(id="buckets", title="S3 buckets", lines=(shorten(names),))
    yield Node(id="logs", title="CloudWatch Logs", lines=(blueprint.tasks.log_group,))
    if blueprint.monitoring:
        yield Node(id="alarms", title="Alarms", lines=("by email",))


def _connections(blueprint: Blueprint) -> Iterator[Connection]:
    edge, network = blueprint.edge, blueprint.network
    if edge and edge.tls:
        yield Connection(source="clients", target="domain", label="name")
    ports = " and ".join(str(port) for port in edge.ports) if edge else "requests"
    yield Connection(source="clients", target="balancer", label=ports)
    for workload in blueprint.workloads:
        task = _task_id(workload)
        if isinstance(workload, EcsService) and workload.exposure:
            yield Connection(source="balancer", target=task, label=str(workload.exposure.port))
        if blueprint.tasks.database:
            yield Connection(source=task, target="database", label=str(blueprint.tasks.database.port))
        if cache := blueprint.stores.cache:
            yield Connection(source=task, target="cache", label=str(cache.port))
        for other in blueprint.services:
            if other.discovery and other.name != workload.name:
                yield Connection(source=task, target=_task_id(other), label=str(other.discovery.port))
        yield Connection(source=task, target="services", label=_egress_label(network, workload.placement))


def _egress_label(network: Network | None, placement: Placement) -> str:
    """How tasks reach the services outside of the network."""
    if placement.assign_public_ip:
        return "public address"
    if network is None:
        return "existing routes"
    if network.interface_endpoints:
        return "VPC endpoints"
    return "NAT gateway"


def _vpc(network: Network | None, placement: Placement) -> str:
    return f"VPC {network.cidr}" if network else f"VPC {_text(placement.vpc)}"


def _zones(network: Network | None, region: str) -> tuple[str, ...]:
    if network is None:
        return (region,)
    return tuple(f"{region}{zone.letter}" if zone.letter else f"{region}, zone {zone.number}" for zone in network.zones)


def _blocks(network: Network | None, kind: str) -> tuple[str, ...]:
    if network is None:
        return ()
    return tuple(block for zone in network.zones if (block := getattr(zone, kind)) is not None)


def _task_id(workload: Workload) -> str:
    return f"tasks{camel_case(workload.name)}"


def _text(value: Value) -> str:
    return value.export if isinstance(value, Imported) else value
