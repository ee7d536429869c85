"""tools/price_facts.py reads offer files in AWS's format: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-an-offer.html"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blogstack.facts.prices import FILE
from tools import price_facts
from tools.price_facts import QUERIES, Query, prices, prices_everywhere


def product(usage: str, *amounts: str, **attributes: str) -> dict[str, Any]:
    """A product with its terms: an amount for each tier."""
    family = attributes.pop("family", "")
    return {
        "product": {"productFamily": family, "attributes": {"usagetype": usage, **attributes}},
        "prices": [(str(tier * 10), amount) for tier, amount in enumerate(amounts)],
    }


def offer(*products: dict[str, Any]) -> dict[str, Any]:
    terms = {}
    for number, each in enumerate(products):
        dimensions = {
            f"{number}.{begin}": {"beginRange": begin, "unit": "Hrs", "pricePerUnit": {"USD": amount}}
            for begin, amount in each["prices"]
        }
        terms[f"SKU{number}"] = {f"SKU{number}.TERM": {"priceDimensions": dimensions}}
    return {
        "publicationDate": "2026-10-01T00:00:00Z",
        "products": {f"SKU{number}": each["product"] for number, each in enumerate(products)},
        "terms": {"OnDemand": terms},
    }


def every_offer(prefix: str) -> dict[str, dict[str, Any]]:
    """An offer with every product that is asked for, and some that are like them."""
    products: dict[str, list[dict[str, Any]]] = {}
    for entry in QUERIES.values():
        for query in [entry] if isinstance(entry, Query) else entry.values():
            more = {key: values[0] for key, values in query.more.items()}
            family = more.pop("productFamily", "")
            products.setdefault(query.offer, []).append(product(f"{prefix}{query.usage}", "0.5", family=family, **more))
    postgres = {"databaseEngine": "PostgreSQL", "instanceType": "db.t4g.micro"}
    xlarge = {"databaseEngine": "PostgreSQL", "instanceType": "db.r7g.xlarge"}
    products["AmazonRDS"] += [
        product(f"{prefix}InstanceUsage:db.t4g.micro", "0.025", **postgres),
        product(f"{prefix}InstanceUsageIOOptimized:db.t4g.micro", "0.9", **postgres),
        product(f"{prefix}InstanceUsage:db.t4g.micro", "0.9", databaseEngine="Oracle", instanceType="db.t4g.micro"),
        product(f"{prefix}Multi-AZUsage:db.t4g.micro", "0.051", **postgres),
        product(f"{prefix}InstanceUsage:db.r7g.xl", "0.478", **xlarge),  # AWS writes xl for xlarge here
        product(f"{prefix}Multi-AZClusterUsage:db.r7g.xl", "0.9", **xlarge),
    ]
    valkey = {"cacheEngine": "Valkey", "instanceType": "cache.t4g.micro"}
    products["AmazonElastiCache"] = [
        # AWS lists what a reservation covers as a price of nothing next to the real one.
        product(f"{prefix}NodeUsage:cache.t4g.micro", "0", "0.0192", **valkey),
        product(f"{prefix}NodeUsage:cache.t4g.micro", "0.9", cacheEngine="Redis", instanceType="cache.t4g.micro"),
        product(f"{prefix}ExtendedSupportYr3-NodeUsage:cache.t4g.micro", "0.9", **valkey),
    ]
    balancer = "Load Balancer-Application"
    products["AWSELB"] += [
        product(f"{prefix}TS-LoadBalancerUsage", "0.9", family=balancer),
        product(f"{prefix}Outposts-LoadBalancerUsage", "0.9", family=balancer),
        product(f"{prefix}LoadBalancerUsage", "0.9", family="Load Balancer"),
    ]
    products["AmazonEC2"] += [product(f"{prefix}RegionalNatGateway-Hours", "0.9")]
    return {name: offer(*each) for name, each in products.items()}


@pytest.mark.parametrize("prefix", ["", "APN2-", "EU-", "us-east-1-"])
def test_each_price_is_found_once(prefix: str) -> None:
    classes = ["db.t4g.micro", "db.r7g.large", "db.r7g.xlarge"]
    found = prices(every_offer(prefix).__getitem__, classes, ["cache.t4g.micro", "cache.r7g.large"])
    assert found.pop("cache_node_hour") == {"cache.t4g.micro": 0.0192}
    assert found.pop("database_hour") == {"db.t4g.micro": 0.025, "db.r7g.xlarge": 0.478}
    assert found.pop("database_multi_az_hour") == {"db.t4g.micro": 0.051}
    amounts = [each for value in found.values() for each in (value.values() if isinstance(value, dict) else [value])]
    assert set(amounts) == {0.5}


def test_a_free_tier_is_passed_over() -> None:
    offers = every_offer("")
    offers["AmazonCloudWatch"] = offer(
        product("CW:AlarmMonitorUsage", "0", "0.1"),
        product("CW:MetricMonitorUsage", "0.3", "0.1"),
        product("DataProcessing-Bytes", "0.5"),
    )
    assert prices(offers.__getitem__, [])["alarm_month"] == 0.1


ANYWHERE = {
    "AmazonCloudWatch": offer(
        product("DashboardsUsageHour-Basic", "0", "3.0"), product("DashboardsUsageHour", "0", "3.0", location="Any")
    ),
    "AmazonRoute53": offer(product("HostedZone", "0.5", "0.1")),
}


def test_what_has_one_price_everywhere() -> None:
    assert prices_everywhere(ANYWHERE.__getitem__) == {"dashboard_month": 3.0, "hosted_zone_month": 0.5}


def test_two_amounts_are_an_error() -> None:
    offers = every_offer("")
    offers["AmazonEC2"] = offer(product("NatGateway-Hours", "0.045"), product("USE1-NatGateway-Hours", "0.05"))
    with pytest.raises(LookupError, match=r"NatGateway-Hours in AmazonEC2: \[0.045, 0.05\]"):
        prices(offers.__getitem__, [])


def test_it_writes_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ap-northeast-2"
    folder.mkdir()
    for name, content in every_offer("APN2-").items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    for name, content in ANYWHERE.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    table = tmp_path / "prices.json"
    monkeypatch.setattr(price_facts, "FILE", table)
    assert price_facts.main([str(tmp_path)]) == 0
    written, ours = json.loads(table.read_text()), json.loads(FILE.read_text())
    assert written["dates"] == {"ap-northeast-2": ["2026-10-01", "2026-10-01"]}
    names = {name for region in ours["regions"].values() for name in region}
    assert written["regions"]["ap-northeast-2"].keys() == names
