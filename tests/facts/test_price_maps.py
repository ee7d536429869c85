"""tools/price_maps.py reads the files behind AWS's pricing pages, and takes the newest price of each thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blogstack.facts.prices import FILE
from tools import price_facts, price_maps
from tools.price_maps import ENTRIES, QUOTES, Entry, Price, mapped, newest, quoted, table

DUBLIN, PLACE = "eu-west-1", "EU (Ireland)"


def price_map(date: str, prices: dict[str, Any], place: str = PLACE) -> dict[str, Any]:
    return {"manifest": {"hawkFilePublicationDate": f"{date}T20:46:25Z"}, "regions": {place: prices}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three checkouts with the maps of one region: what is asked for costs 0.5, and what is like it 0.9."""
    maps: dict[str, dict[str, Any]] = {}
    for entry in ENTRIES.values():
        for map, key in [entry] if isinstance(entry, Entry) else entry.values():
            maps.setdefault(map, {})[key] = {"price": "0.5000000000"}
    maps["ecs"]["perCPU per hour Windows"] = {"price": "0.9000000000"}
    contents = {f"aws-price/lib/data/pricing/{name}.json": price_map("2025-10-27", each) for name, each in maps.items()}
    contents["aws-price/lib/data/pricing/cloudwatch.json"]["regions"]["Any"] = {
        "Dashboard Basic Free upto 3 Dashboard": {"price": "0.0000000000"},
        "Dashboard Extended Dashboard": {"price": "3.0000000000"},
    }
    contents["aws-price/lib/data/locations.json"] = {PLACE: {"name": PLACE, "code": DUBLIN}}
    nodes = {
        f"OnDemand Cache Instance Standard cache t4g.micro {engine} Current Generation": {
            "price": price,
            "Instance Type": "cache.t4g.micro",
        }
        for engine, price in (("Redis", "0.017"), ("Valkey", "0.0136"))
    }
    contents["ec2.shop/data/elasticache/elasticache.json"] = price_map("2025-03-14", nodes)
    databases: dict[str, Any] = {
        f"Database Storage {zones} General Purpose-{kind}": {"price": price}
        for zones, kind, price in (
            ("Single AZ", "GP3", "0.127"),
            ("Multi AZ", "GP3", "0.254"),
            ("Multi AZ readable standbys", "GP3", "0.381"),
            ("Single AZ", "GP2", "0.9"),
        )
    }
    for zones, price in (("Single-AZ", "0.017"), ("Multi-AZ", "0.035"), ("Multi-AZ readable standbys", "0.9")):
        key = (
            f"Database Instance PostgreSQL No license required db t4g.micro General purpose {zones} Current Generation"
        )
        databases[key] = {"price": price, "Instance Type": "db.t4g.micro"}
    contents["ec2.shop-2024/data/rds/rds-postgresql-ondemand.json"] = price_map("2024-09-28", databases)
    for zones, price in (("single", "0.0170000000"), ("multi", "0.0350000000")):
        reserved = {"price": "0.0110", "Instance Type": "db.t4g.micro", "OnDemand:PricePerUnit": price}
        path = f"ec2.shop/data/rds/{DUBLIN}-rds-postgresql-reservedinstance-{zones}-az-1y.json"
        contents[path] = price_map("2025-04-04", {"PostgreSQL db t4g.micro 1 year No Upfront": reserved})
    for path, content in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(json.dumps(content))
    return tmp_path


def test_each_price_is_found(folder: Path) -> None:
    """A database's price is the one without a reservation; a cache's the one of Valkey."""
    found = {(price.name, price.kind): price.amount for price in mapped(folder, [DUBLIN])}
    assert (found.pop(("database_gb_month", None)), found.pop(("database_multi_az_gb_month", None))) == (0.127, 0.254)
    assert found.pop(("dashboard_month", None)) == 3.0
    assert found.pop(("cache_node_hour", "cache.t4g.micro")) == 0.0136
    assert found.pop(("database_hour", "db.t4g.micro")) == 0.017
    assert found.pop(("database_multi_az_hour", "db.t4g.micro")) == 0.035
    assert {name for name, _ in found} == set(ENTRIES)
    assert set(found.values()) == {0.5}


def test_the_newer_of_two_prices_is_taken_and_the_difference_told() -> None:
    old = Price(DUBLIN, "nat_hour", None, "2025-10-28", 0.048)
    new = old._replace(date="2026-09-29", amount=0.05)
    for order in ([old, new], [new, old]):
        taken, differences = newest(order)
        assert list(taken.values()) == [new]
        assert differences == ["eu-west-1 nat_hour: 0.048 of 2025-10-28, 0.05 of 2026-09-29"]
    assert newest([old, old._replace(date="2026-09-29")])[1] == []


def test_a_quotation_of_everywhere_is_one_of_each_region() -> None:
    quote = {
        "date": "2026-09-29",
        "everywhere": {"key_month": 1.0},
        "regions": {DUBLIN: {"database_hour": {"db.x": 2.0}}},
    }
    assert list(quoted([quote], [DUBLIN, "eu-west-2"])) == [
        Price(DUBLIN, "key_month", None, "2026-09-29", 1.0),
        Price("eu-west-2", "key_month", None, "2026-09-29", 1.0),
        Price(DUBLIN, "database_hour", "db.x", "2026-09-29", 2.0),
    ]


def test_a_region_without_a_load_balancer_is_left_out() -> None:
    taken, _ = newest([Price(DUBLIN, "fargate_vcpu_hour", "X86_64", "2026-09-29", 0.04)])
    assert table(taken) == {"dates": {}, "regions": {}}


def test_it_writes_the_table(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """From the maps and the real quotations, here of one region; where they differ it says so."""
    quotes = [
        {**quote, "regions": {DUBLIN: quote["regions"][DUBLIN]}}
        for quote in json.loads(QUOTES.read_text())
        if DUBLIN in quote["regions"]
    ]
    (folder / "quotes.json").write_text(json.dumps(quotes))
    monkeypatch.setattr(price_maps, "QUOTES", folder / "quotes.json")
    monkeypatch.setattr(price_facts, "FILE", folder / "prices.json")
    assert price_maps.main([str(folder)]) == 0
    assert "eu-west-1 nat_hour: 0.5 of 2025-10-27, 0.048 of 2026-09-29\n" in capsys.readouterr().err
    written, ours = json.loads((folder / "prices.json").read_text()), json.loads(FILE.read_text())
    assert written["dates"] == {DUBLIN: ["2024-09-28", "2026-09-29"]}
    assert written["regions"][DUBLIN].keys() == ours["regions"][DUBLIN].keys()
    assert written["regions"][DUBLIN]["load_balancer_hour"] == 0.0252


def test_every_quotation_is_in_the_table_unless_a_newer_one_is() -> None:
    """prices.json was written from price_quotes.json as it is."""
    ours = json.loads(FILE.read_text())["regions"]
    taken, differences = newest(list(quoted(json.loads(QUOTES.read_text()), list(ours))))
    assert differences == []
    for price in taken.values():
        value = ours[price.region][price.name]
        assert (value[price.kind] if price.kind else value) == price.amount
