"""The network: access to the images, and addresses for every task."""

from __future__ import annotations

import math
from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.endpoints import interface_endpoints
from blogstack.config.workloads import Container, EcsService
from blogstack.diagnostics import Code
from blogstack.facts.images import ecr_repository, without_tag
from blogstack.facts.regions import FARGATE_ZONES
from blogstack.facts.subnets import LOAD_BALANCER_ADDRESSES, address_plan
from blogstack.rules.rule import Finding, Scope, rule
from blogstack.source.document import KeyPath
from blogstack.words import dotted

_NETWORKING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
_ENDPOINTS = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
_NEEDS_ENDPOINTS = (
    "database",
    "cache",
    "queues",
    *(f"{place}.exec" for place in ("service", "services.NAME", "workers.NAME")),
    *(f"{place}.secrets" for place in ("service", "services.NAME", "workers.NAME", "jobs.NAME")),
    *(f"{place}.sidecars.NAME.secrets" for place in ("service", "services.NAME", "workers.NAME")),
)


@rule(
    Code.IMAGE_OUT_OF_REACH,
    Scope[Config],
    reads=(
        "network.existing.egress",
        "network.existing.private_subnet_ids",
        *_NEEDS_ENDPOINTS,
    ),
    source=_NETWORKING,
)
def tasks_without_egress(scope: Scope[Config]) -> Iterator[Finding]:
    """Tasks run in subnets that can reach the registry of their image."""
    existing = scope.value.network.existing
    if existing is None or (existing.egress == "public_ip") != bool(existing.private_subnet_ids):
        return
    paths: list[KeyPath] = [("network", "existing", key) for key in ("egress", "public_subnet_ids", "vpc_id")]
    if existing.private_subnet_ids:
        path = paths[0]
        message = "egress public_ip with private_subnet_ids: a public address is of no use in a private subnet"
    else:
        path = scope.first_written(*paths)
        message = f"egress {existing.egress} without private_subnet_ids: the tasks have no subnets to run in"
    help = (
        "set private_subnet_ids to subnets with a route to a NAT gateway (egress: nat), or with VPC endpoints "
        f"for {', '.join(interface_endpoints(scope.config))} and s3 (egress: endpoints), or run the tasks in the "
        "public subnets (egress: public_ip and no private_subnet_ids)"
    )
    yield Finding(path, message, help)


def _only_endpoints(config: Config) -> bool:
    """Whether tasks reach only AWS's services."""
    network = config.network.existing or config.other_network or config.created_network
    return network is not None and network.egress == "endpoints"


_EGRESS = ("uses", "network.create.egress", "network.existing.egress", "network.shared.egress")
_ELSEWHERE = "copy the image into ECR there, or choose another egress: nat or public_ip"


@rule(Code.IMAGE_OUT_OF_REACH, Scope[Config], reads=(*_EGRESS, "image.uri", "region"), source=_ENDPOINTS)
def image_without_endpoint(scope: Scope[Config]) -> Iterator[Finding]:
    """Through VPC endpoints, tasks reach only images in ECR in their region."""
    uri, region = scope.value.image.uri, scope.value.region
    if uri is None or not _only_endpoints(scope.value):
        return
    ecr = ecr_repository(uri)
    if ecr is None:
        message = f"the image {uri} is outside ECR, but egress endpoints reaches only AWS"
        help = "copy the image into ECR, or choose another egress: nat or public_ip"
        yield Finding(("image", "uri"), f"{message}: the tasks could never pull it", help)
    elif ecr[1] != region:
        message = f"the image is in {ecr[1]}, but egress endpoints reaches only {region}"
        yield Finding(("image", "uri"), f"{message}: the tasks could never pull it", _ELSEWHERE)


@rule(Code.IMAGE_OUT_OF_REACH, Scope[Container], reads=("image",), outside=(*_EGRESS, "region"), source=_ENDPOINTS)
def own_image_without_endpoint(scope: Scope[Container]) -> Iterator[Finding]:
    """Through VPC endpoints, a sidecar, worker or job with its own image reaches only ECR in the region."""
    image = scope.value.section.image
    if image is None or not _only_endpoints(scope.config):
        return
    ecr, region = ecr_repository(without_tag(image)), scope.config.region
    if ecr is None or ecr[1] != region:
        where = f"in {ecr[1]}" if ecr else "outside ECR"
        message = f"the image of {scope.at()[-1]} is {where}, but egress endpoints reaches only ECR in {region}"
        yield Finding(scope.at("image"), f"{message}: the tasks could never pull it", _ELSEWHERE)


@rule(
    Code.TOO_FEW_ZONES,
    Scope[Config],
    reads=("region", "network.create.availability_zones", "network.existing", "uses"),
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html",
)
def too_few_zones(scope: Scope[Config]) -> Iterator[Finding]:
    """A region has as many availability zones with Fargate as the network spans."""
    network, region = scope.value.created_network, scope.value.region
    if network is None:
        return
    zones = network.availability_zones
    number = zones if isinstance(zones, int) else len(zones)
    most = FARGATE_ZONES.get(region, number)
    if number > most:
        message = f"{number} availability zones, but {region} has only {most} with Fargate"
        path = ("network", "create", "availability_zones")
        yield Finding(path, message, f"choose {most}, or another region", also=(("region",),))


@rule(
    Code.SUBNETS_TOO_SMALL,
    Scope[Config],
    reads=(
        *(
            f"{place}scaling.{key}"
            for place in ("", "services.NAME.", "workers.NAME.")
            for key in ("max", "schedules[].max")
        ),
        "jobs",
        "workers.NAME.singleton",
        "service.route",
        "services.NAME.route",
        *(f"{place}deployment.{key}" for place in ("", "services.NAME.") for key in ("strategy", "maximum_percent")),
        "load_balancer.internal",
        "uses",
        "network.existing",
        "network.create.cidr",
        "network.create.availability_zones",
        "network.create.egress",
        *_NEEDS_ENDPOINTS,
    ),
    source=_NETWORKING,
)
def subnets_too_small(scope: Scope[Config]) -> Iterator[Finding]:
    """The subnets have an address for every task of a deployment."""
    config, network = scope.value, scope.value.created_network
    if network is None:
        return
    zones = network.availability_zones
    zones = zones if isinstance(zones, int) else len(zones)
    public_tasks = network.egress == "public_ip"
    plan = address_plan(network.cidr, zones, private_tier=not public_tasks)
    services = config.ecs_services()
    max_tasks = {service.name: _max_tasks_in_deployment(service) for service in services}
    tasks = sum(max_tasks.values()) + len(config.jobs)
    others = 0
    if network.egress == "endpoints":
        others += len(interface_endpoints(config))
    if public_tasks or config.load_balancer.internal:
        others += LOAD_BALANCER_ADDRESSES
    needed = math.ceil(tasks / zones) + others
    if needed > plan.usable:
        largest = max(reversed(services), key=lambda service: max_tasks[service.name])
        yield _too_small(scope, largest, tasks, needed, others, plan.usable)


def _max_tasks_in_deployment(service: EcsService) -> int:
    """The maximum number of tasks that run at once, in a deployment."""
    return service.scaling.max_tasks * _percent(service) // 100


def _percent(service: EcsService) -> int:
    return service.deployment.maximum_percent if service.deployment.strategy == "rolling" else 200


def _too_small(scope: Scope[Config], largest: EcsService, tasks: int, needed: int, others: int, usable: int) -> Finding:
    """The finding, at the service with the most tasks; addresses are those of each subnet."""
    network = scope.value.created_network
    assert network
    zones = network.availability_zones
    zones = zones if isinstance(zones, int) else len(zones)
    strategy, percent = largest.deployment.strategy, _percent(largest)
    limit = largest.place.at("deployment", "maximum_percent" if strategy == "rolling" else "strategy")
    keys = (largest.place.at("scaling", "max"), ("network", "create", "cidr"), limit)
    max_tasks = largest.scaling.max_tasks
    share = f"{percent} percent of {max_tasks}" if strategy == "rolling" else f"two sets of {max_tasks}"
    rest = tasks - _max_tasks_in_deployment(largest)
    if rest:
        share += f", and {rest} of the other workloads"
    message = (
        f"a {strategy} deployment may run {tasks} tasks ({share}), which need "
        f"{needed} addresses in each of {zones} subnets; {network.cidr} has {usable}"
    )
    fit = ((usable - others) * zones - rest) * 100 // percent
    choices = ["a wider network.create.cidr"] if network.cidr[-2:] > "19" else []
    choices += ["three availability_zones"] if zones < 3 else []
    choices += [f"{dotted(keys[0])} of at most {fit}"] if fit > 0 else []
    help = f"choose {' or '.join(choices)}, or use an existing network" if choices else "use an existing network"
    return Finding(scope.first_written(*keys), message, help, also=keys)
