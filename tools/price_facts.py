"""Writes blogstack/facts/prices.json from files of AWS's price list, which everybody may download.

    python -m tools.price_facts FOLDER

FOLDER has a folder for each region, and in it the offer files AmazonECS.json, AWSELB.json, AmazonEC2.json,
AmazonVPC.json, AmazonRDS.json, AmazonElastiCache.json, AWSSecretsManager.json, AmazonCloudWatch.json, awswaf.json and
awskms.json, each from

    https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/OFFER/current/REGION/index.json

(AmazonEC2.json has several gigabytes), and next to these folders AmazonCloudWatch.json and AmazonRoute53.json from the
same address without REGION: a price that is the same everywhere is in no region's file. Their format:
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-an-offer.html
A price that is not found, or is found twice with different amounts, is an error: a wrong price is worse than none.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from blogstack.facts.elasticache import node_types_in
from blogstack.facts.prices import FILE
from blogstack.facts.rds import classes_in
from blogstack.facts.regions import REGIONS

# The region before a usage type: APN2-, EU-, USE1-, and us-east-1- of KMS; none for most of us-east-1.
# TS- is another usage.
_REGION = r"(?:(?!TS-)[A-Z]{2,4}[0-9]?-|[a-z]{2}(?:-[a-z]+)+-[0-9]-)"


class Query(NamedTuple):
    """Where a price is: the offer, and how to find its product.

    Attributes:
        usage: Regular expression of the usage type, without the prefix of the region.
        more: Other attributes of the product, with the values that they may have.
    """

    offer: str
    usage: str
    more: Mapping[str, tuple[str, ...]] = MappingProxyType({})


_POSTGRES = {"databaseEngine": ("PostgreSQL", "Any")}
_VALKEY = {"cacheEngine": ("Valkey",)}
_BALANCER = {"productFamily": ("Load Balancer-Application",)}
QUERIES: Mapping[str, Query | Mapping[str, Query]] = {
    "fargate_vcpu_hour": {
        "X86_64": Query("AmazonECS", "Fargate-vCPU-Hours:perCPU"),
        "ARM64": Query("AmazonECS", "Fargate-ARM-vCPU-Hours:perCPU"),
    },
    "fargate_gb_hour": {
        "X86_64": Query("AmazonECS", "Fargate-GB-Hours"),
        "ARM64": Query("AmazonECS", "Fargate-ARM-GB-Hours"),
    },
    "fargate_storage_gb_hour": Query("AmazonECS", "Fargate-EphemeralStorage-GB-Hours"),
    "load_balancer_hour": Query("AWSELB", "LoadBalancerUsage", _BALANCER),
    "load_balancer_unit_hour": Query("AWSELB", "LCUUsage", _BALANCER),
    "nat_hour": Query("AmazonEC2", "NatGateway-Hours"),
    "nat_gb": Query("AmazonEC2", "NatGateway-Bytes"),
    "endpoint_hour": Query("AmazonVPC", "VpcEndpoint-Hours"),
    "endpoint_gb": Query("AmazonVPC", "VpcEndpoint-Bytes"),
    "public_ipv4_hour": Query("AmazonVPC", "PublicIPv4:InUseAddress"),
    "database_gb_month": Query("AmazonRDS", "RDS:GP3-Storage", _POSTGRES),
    "database_multi_az_gb_month": Query("AmazonRDS", "RDS:Multi-AZ-GP3-Storage", _POSTGRES),
    "secret_month": Query("AWSSecretsManager", "AWSSecretsManager-Secrets"),
    "alarm_month": Query("AmazonCloudWatch", "CW:AlarmMonitorUsage"),
    "metric_month": Query("AmazonCloudWatch", "CW:MetricMonitorUsage"),
    "key_month": Query("awskms", "KMS-Keys"),
    "logs_gb": Query("AmazonCloudWatch", "DataProcessing-Bytes"),
    "web_acl_month": Query("awswaf", "WebACLV2"),
    "web_acl_rule_month": Query("awswaf", "RuleV2"),
}
EVERYWHERE: Mapping[str, Query] = {
    # -Basic is one with at most 50 metrics; three are free.
    "dashboard_month": Query("AmazonCloudWatch", "DashboardsUsageHour(?:-Basic)?"),
    # The first 25 of an account.
    "hosted_zone_month": Query("AmazonRoute53", "HostedZone"),
}
"""Prices that are the same in all regions."""


def prices(
    offers: Callable[[str], Mapping[str, Any]], classes: Sequence[str], nodes: Sequence[str] = ()
) -> dict[str, Any]:
    """The prices of one region.

    Args:
        offers: The content of an offer file, by the name of the offer.
        classes: Classes of databases; those that the region does not offer are left out.
        nodes: Node types of caches, likewise.

    Raises:
        LookupError: if a price is missing, or is not a single amount.
    """
    found: dict[str, Any] = {}
    for name, query in QUERIES.items():
        if isinstance(query, Query):
            found[name] = _price(offers, query)
        else:
            found[name] = {kind: _price(offers, each) for kind, each in query.items()}
    for name, offer, usage, more, kinds in (
        ("database_hour", "AmazonRDS", "InstanceUsage", _POSTGRES, classes),
        ("database_multi_az_hour", "AmazonRDS", "Multi-AZUsage", _POSTGRES, classes),
        ("cache_node_hour", "AmazonElastiCache", "NodeUsage", _VALKEY, nodes),
    ):
        # By instanceType, because a usage type has db.r7g.xl for db.r7g.xlarge.
        queries = {kind: Query(offer, f"{usage}:.+", {**more, "instanceType": (kind,)}) for kind in kinds}
        sold = {kind: _amounts(offers, query) for kind, query in queries.items()}
        found[name] = {kind: _one(amounts, f"{name} {kind}") for kind, amounts in sold.items() if amounts}
    return found


def prices_everywhere(offers: Callable[[str], Mapping[str, Any]]) -> dict[str, Any]:
    """The prices of all regions; arguments and errors as of `prices`."""
    return {name: _price(offers, query) for name, query in EVERYWHERE.items()}


def _price(offers: Callable[[str], Mapping[str, Any]], query: Query) -> float:
    return _one(_amounts(offers, query), f"{query.usage} in {query.offer}")


def _one(amounts: set[float], what: str) -> float:
    if len(amounts) != 1:
        raise LookupError(f"{what}: {sorted(amounts) or 'no price'}")
    return amounts.pop()


def _amounts(offers: Callable[[str], Mapping[str, Any]], query: Query) -> set[float]:
    """The amounts of the first paid tier of every product that a query finds."""
    offer = offers(query.offer)
    usage = re.compile(f"{_REGION}?{query.usage}")
    amounts = set()
    for sku, product in offer["products"].items():
        attributes = {**product["attributes"], "productFamily": product.get("productFamily", "")}
        if usage.fullmatch(attributes.get("usagetype", "")) and all(
            attributes.get(key) in values for key, values in query.more.items()
        ):
            amounts |= set(_first_tier(offer["terms"].get("OnDemand", {}).get(sku, {})))
    return amounts


def _first_tier(terms: Mapping[str, Any]) -> Iterator[float]:
    """The price of the first tier that costs something."""
    for term in terms.values():
        tiers = sorted(term["priceDimensions"].values(), key=lambda tier: float(tier.get("beginRange", 0)))
        yield from [amount for tier in tiers if (amount := float(tier["pricePerUnit"]["USD"]))][:1]


def write(table: Mapping[str, Any]) -> None:
    """Write prices.json: a line for each price, or for all of one name.

    Args:
        table: The prices of each region by their names, and of each region the oldest and the newest date.
    """
    regions = []
    for region, content in table["regions"].items():
        prices = (f"      {json.dumps(name)}: {json.dumps(value)}" for name, value in sorted(content.items()))
        regions.append(f"    {json.dumps(region)}: {{\n" + ",\n".join(prices) + "\n    }")
    dates = (f"    {json.dumps(region)}: {json.dumps(both)}" for region, both in table["dates"].items())
    text = '{\n  "dates": {\n' + ",\n".join(dates) + '\n  },\n  "regions": {\n' + ",\n".join(regions) + "\n  }\n}\n"
    FILE.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the table from a folder; returns the exit status."""
    folder = Path(arguments[0])
    table: dict[str, dict[str, Any]] = {"dates": {}, "regions": {}}

    def offers(name: str, region: str = "") -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads((folder / region / f"{name}.json").read_text(encoding="utf-8"))
        if region:
            dates = [*table["dates"].get(region, ()), content["publicationDate"][:10]]
            table["dates"][region] = [min(dates), max(dates)]
        return content

    everywhere = prices_everywhere(offers)
    for region in sorted(path.name for path in folder.iterdir() if path.name in REGIONS):
        of_region = prices(partial(offers, region=region), classes_in(region), node_types_in(region))
        table["regions"][region] = {**of_region, **everywhere}
    write(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
