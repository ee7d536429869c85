"""Writes blogstack/facts/prices.json from the files behind AWS's pricing pages, and from quotations of the price list.

    python -m tools.price_maps FOLDER

AWS's pricing pages read their figures from files such as
https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/ec2/USD/current/natgateway.json, each with its publication date.
Two public repositories keep copies, and FOLDER has checkouts of them:

    git clone https://github.com/lamngockhuong/aws-price
    git -C aws-price checkout 508fb45296c89efe38772babd7ec766644629267
    git clone https://github.com/yeo/ec2.shop
    git -C ec2.shop checkout 74c9fd8ab5acfd9511cd6535f914d47071601ad2
    git -C ec2.shop worktree add ../ec2.shop-2024 44337592ba034dd0cdd1e71a1670b17f8c3f6002

Other prices are in price_quotes.json, each quotation with its source and date. If two sources have a price, the
newer one is used; if they differ, the tool prints the difference. tools/price_facts.py reads AWS's price list instead,
which has everything: use it if you can download the list. docs/decisions/0115-price-maps.md has the details.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.price_facts import write

_Json = Mapping[str, Any]
QUOTES = Path(__file__).with_name("price_quotes.json")
_MAPS = "aws-price/lib/data/pricing"


class Entry(NamedTuple):
    """Where a price is: the file of that name, and its key in a region."""

    map: str
    key: str


ENTRIES: Mapping[str, Entry | Mapping[str, Entry]] = {
    "fargate_vcpu_hour": {"X86_64": Entry("ecs", "perCPU per hour"), "ARM64": Entry("ecs", "ARM perCPU per hour")},
    "fargate_gb_hour": {"X86_64": Entry("ecs", "perGB per hour"), "ARM64": Entry("ecs", "ARM perGB per hour")},
    "fargate_storage_gb_hour": Entry("ecs", "Storage per GB-Hours"),
    "nat_hour": Entry("natgateway", "Hourly charge for NAT Gateways"),
    "nat_gb": Entry("natgateway", "Charge for per GB data processed by NatGateways"),
    "endpoint_hour": Entry("vpc", "Hourly charge for VPC Endpoints per Hrs"),
    "endpoint_gb": Entry("vpc", "Charge for per GB data processed by VPC Endpoints per GB from 0 to 1048576"),
    "public_ipv4_hour": Entry("vpc", "Hourly charge for In use Public IPv4 Addresses per Hrs"),
    "alarm_month": Entry("cloudwatch", "Alarm Standard"),
    "metric_month": Entry("cloudwatch", "Metric for the first 10000"),
    "logs_gb": Entry("cloudwatch", "Logs Collected Data Ingestion"),
    "key_month": Entry("kms", "Encryption Key"),
    "web_acl_month": Entry("waf", "WebACL per month"),
    "web_acl_rule_month": Entry("waf", "Rules added per WebACL per month"),
}
"""The prices of each region in aws-price."""
STORAGE: Mapping[str, str] = {
    "database_gb_month": "Database Storage Single AZ General Purpose-GP3",
    "database_multi_az_gb_month": "Database Storage Multi AZ General Purpose-GP3",
}
"""Keys in the map of all databases, of which a copy of 2024 is the newest that is not too large to be stored."""
_DATABASE = re.compile(r"Database Instance PostgreSQL .+ (?P<zones>Single-AZ|Multi-AZ) (?:Current|Previous) Generation")
ZONES: Mapping[str, str] = {"Single-AZ": "database_hour", "Multi-AZ": "database_multi_az_hour"}
DASHBOARD = Entry("cloudwatch", "Dashboard Extended Dashboard")
"""The same price everywhere, under the location `Any`."""
NEEDED = ("fargate_vcpu_hour", "load_balancer_hour")
"""Resources that every file has: a region without their prices is left out."""


class Price(NamedTuple):
    """A price from one source.

    Attributes:
        name: Such as `database_hour`.
        kind: Such as `db.t4g.micro`; None if there is only one price.
        date: When AWS published it, or when it was quoted, as in 2026-10-01.
    """

    region: str
    name: str
    kind: str | None
    date: str
    amount: float


def quoted(quotes: list[dict[str, Any]], regions: list[str]) -> Iterator[Price]:
    """The prices of price_quotes.json; a price that is the same everywhere is added to each region."""
    for quote in quotes:
        everywhere = {region: quote.get("everywhere", {}) for region in regions}
        for part in (everywhere, quote["regions"]):
            for region, prices in part.items():
                for name, value in prices.items():
                    for kind, amount in value.items() if isinstance(value, dict) else [(None, value)]:
                        yield Price(region, name, kind, quote["date"], amount)


def mapped(folder: Path, regions: list[str]) -> Iterator[Price]:
    """The prices of AWS's maps."""
    maps = {path.stem: _read(path) for path in (folder / _MAPS).glob("*.json")}
    places = {place["code"]: place["name"] for place in _read(folder / "aws-price/lib/data/locations.json").values()}
    caches = _read(folder / "ec2.shop/data/elasticache/elasticache.json")
    databases = _read(folder / "ec2.shop-2024/data/rds/rds-postgresql-ondemand.json")
    for region in regions:
        for name, entry in ENTRIES.items():
            for kind, each in [(None, entry)] if isinstance(entry, Entry) else entry.items():
                yield from _mapped(maps[each.map], places[region], each.key, region, name, kind)
        yield from _mapped(maps[DASHBOARD.map], "Any", DASHBOARD.key, region, "dashboard_month", None)
        for key, node in caches["regions"][places[region]].items():
            if " Valkey " in key and "Instance Type" in node:
                yield Price(region, "cache_node_hour", node["Instance Type"], _date(caches), float(node["price"]))
        for name, key in STORAGE.items():
            yield from _mapped(databases, places[region], key, region, name, None)
        for key, database in databases["regions"][places[region]].items():
            if match := _DATABASE.fullmatch(key):
                name, amount = ZONES[match["zones"]], float(database["price"])
                yield Price(region, name, database["Instance Type"], _date(databases), amount)
        for zones, name in ZONES.items():
            # A map of reservations, which has the price without a reservation next to each.
            path = f"ec2.shop/data/rds/{region}-rds-postgresql-reservedinstance-{zones.lower()}-1y.json"
            reservations = _read(folder / path)
            for database in reservations["regions"][places[region]].values():
                amount = float(database["OnDemand:PricePerUnit"])
                yield Price(region, name, database["Instance Type"], _date(reservations), amount)


def _mapped(content: _Json, place: str, key: str, region: str, name: str, kind: str | None) -> Iterator[Price]:
    found = content["regions"].get(place, {}).get(key)
    if found:
        yield Price(region, name, kind, _date(content), float(found["price"]))


def newest(prices: list[Price]) -> tuple[dict[tuple[str, str, str | None], Price], list[str]]:
    """The newest price of each item, and sentences about older ones that differ."""
    taken: dict[tuple[str, str, str | None], Price] = {}
    differences = []
    for price in sorted(prices, key=lambda each: each.date):
        place = price.region, price.name, price.kind
        old = taken.get(place)
        if old and old.amount != price.amount:
            words = " ".join(part for part in place if part)
            differences.append(f"{words}: {old.amount} of {old.date}, {price.amount} of {price.date}")
        taken[place] = price
    return taken, differences


def table(prices: Mapping[tuple[str, str, str | None], Price]) -> dict[str, Any]:
    """The content of prices.json."""
    regions: dict[str, Any] = {}
    dates: dict[str, list[str]] = {}
    for price in prices.values():
        region = regions.setdefault(price.region, {})
        dates.setdefault(price.region, []).append(price.date)
        if price.kind is None:
            region[price.name] = price.amount
        else:
            region.setdefault(price.name, {})[price.kind] = price.amount
    known = {region: content for region, content in sorted(regions.items()) if all(name in content for name in NEEDED)}
    return {"dates": {region: [min(dates[region]), max(dates[region])] for region in known}, "regions": known}


def _read(path: Path) -> _Json:
    content: _Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def _date(content: _Json) -> str:
    date: str = content["manifest"]["hawkFilePublicationDate"][:10]
    return date


def main(arguments: list[str]) -> int:
    """Write the table from a folder; returns the exit status."""
    quotes = json.loads(QUOTES.read_text(encoding="utf-8"))
    regions = sorted({region for quote in quotes for region in quote["regions"]})
    prices, differences = newest([*mapped(Path(arguments[0]), regions), *quoted(quotes, regions)])
    for difference in differences:
        sys.stderr.write(f"{difference}\n")
    write(table(prices))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
