"""Writes blogstack/facts/elasticache.json, what ElastiCache offers, from cfn-lint's data: `make generate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cfnlint.data.schemas.extensions.aws_elasticache_cachecluster as extensions

from blogstack.facts.regions import REGIONS

FACTS = Path(__file__).parent.parent / "blogstack" / "facts" / "elasticache.json"
# The oldest types, which AWS's price list, and so cfn-lint, still has:
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
_OLD_FAMILIES = ("c1", "m1", "m2", "m3", "r3", "t1")
# They keep a part of the data on disk, which must be configured:
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html
_TIERED_FAMILIES = ("r6gd",)


def facts() -> dict[str, Any]:
    """The fields of blogstack.facts.elasticache.Facts."""
    regions_of: dict[str, set[str]] = {}
    offered = {region: rule for region, rule in _read("cachenodetype_enum.json").items() if region in REGIONS}
    for region, rule in offered.items():
        for node_type in rule["enum"]:
            if node_type.split(".")[1] not in (*_OLD_FAMILIES, *_TIERED_FAMILIES):
                regions_of.setdefault(node_type, set()).add(region)
    node_types = {
        node_type: "*" if regions == set(offered) else " ".join(sorted(regions))
        for node_type, regions in sorted(regions_of.items())
    }
    return {"versions": _versions(), "regions": sorted(offered), "node_types": node_types}


def _versions() -> list[str]:
    (versions,) = [
        rule["then"]["properties"]["EngineVersion"]["enum"]
        for rule in _read("engine_version.json")["allOf"]
        if rule["if"]["properties"]["Engine"] == {"const": "valkey"}
    ]
    return sorted(versions)


def _read(name: str) -> Any:  # noqa: ANN401
    return json.loads((Path(extensions.__path__[0]) / name).read_text())


def text() -> str:
    """The file's content."""
    return json.dumps(facts(), indent=1) + "\n"
