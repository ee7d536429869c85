"""The network: a way to the image, and addresses for every task."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.config import Config
from blogstack.config.endpoints import interface_endpoints
from blogstack.facts.images import ecr_repository
from blogstack.facts.subnets import LOAD_BALANCER_ADDRESSES, address_plan
from blogstack.rules.finding import Finding, written
from blogstack.source.document import KeyPath


def _remedies(config: Config) -> str:
    return (
        "give private_subnet_ids whose routes lead to a NAT gateway (egress: nat), or ones with VPC endpoints "
        f"for {', '.join(interface_endpoints(config))} and s3 (egress: endpoints), or run the tasks in the public "
        "subnets (egress: public_ip and no private_subnet_ids)"
    )


def image_out_of_reach(config: Config) -> Iterator[Finding]:
    """The tasks can reach the registry of their image."""
    existing, created = config.network.existing, config.network.created
    place: KeyPath = ("network", "existing")
    if existing and existing.egress != "public_ip" and not existing.private_subnet_ids:
        path = written(config, (*place, "egress"), (*place, "public_subnet_ids"), (*place, "vpc_id"))
        message = f"egress {existing.egress} without private_subnet_ids: the tasks have nowhere to run"
        yield Finding(path, message, _remedies(config))
    if existing and existing.egress == "public_ip" and existing.private_subnet_ids:
        message = "egress public_ip with private_subnet_ids: a public address is of no use in a private subnet"
        yield Finding((*place, "egress"), message, _remedies(config))
    uri = config.image.uri
    egress = existing.egress if existing else created.egress if created else ""
    ecr = ecr_repository(uri) if uri else None
    if egress == "endpoints" and uri and not ecr:
        message = f"the image {uri} is outside ECR, and egress endpoints reaches only AWS"
        help = "copy the image into ECR, or choose another egress: nat or public_ip"
        yield Finding(("image", "uri"), f"{message}: the tasks could never pull it", help)
    if egress == "endpoints" and ecr and ecr[1] != config.region:
        message = f"the image is in {ecr[1]}, and egress endpoints reaches only {config.region}"
        help = "copy the image into ECR there, or choose another egress: nat or public_ip"
        yield Finding(("image", "uri"), f"{message}: the tasks could never pull it", help)


def subnets_too_small(config: Config) -> Iterator[Finding]:
    """The subnets have an address for every task of a deployment."""
    network = config.network.created
    if network is None:
        return
    zones = (
        network.availability_zones if isinstance(network.availability_zones, int) else len(network.availability_zones)
    )
    public_tasks = network.egress == "public_ip"
    plan = address_plan(network.cidr, zones, private_tier=not public_tasks)
    rolling = config.deployment.strategy == "rolling"
    most = config.deployment.maximum_percent if rolling else 200
    tasks = config.scaling.most * most // 100
    others = 0
    if network.egress == "endpoints":
        others += len(interface_endpoints(config))
    if public_tasks or config.load_balancer.internal:
        others += LOAD_BALANCER_ADDRESSES
    needed = -(-tasks // zones) + others
    if needed > plan.usable:
        limit: KeyPath = ("deployment", "maximum_percent") if rolling else ("deployment", "strategy")
        keys: tuple[KeyPath, ...] = (("scaling", "max"), ("network", "create", "cidr"), limit)
        fit = (plan.usable - others) * zones * 100 // most
        share = f"{most} percent of {config.scaling.most}" if rolling else f"two sets of {config.scaling.most}"
        message = (
            f"a {config.deployment.strategy} deployment may run {tasks} tasks ({share}), which takes "
            f"{needed} addresses in each of {zones} subnets; {network.cidr} gives {plan.usable}"
        )
        wider = "a wider network.create.cidr or " if network.cidr[-2:] > "19" else ""
        zone = "three availability_zones or " if zones < 3 else ""
        help = f"choose {wider}{zone}scaling.max of at most {fit}, or use an existing network"
        yield Finding(written(config, *keys), message, help, also=keys)
