"""Writes blogstack/rds.json, what RDS sells, from the data that cfn-lint carries: `python -m tools.rds_facts`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import cfnlint.data.schemas.extensions.aws_rds_dbinstance as extensions

from blogstack.regions import REGIONS

FACTS = Path(__file__).parent.parent / "blogstack" / "rds.json"
OLDEST_MAJOR = 14  # the oldest that PostgreSQL itself still supports


def facts() -> dict[str, Any]:
    """PostgreSQL versions, and for each instance class the regions where PostgreSQL runs on it ("*": all of ours)."""
    regions_of: dict[str, set[str]] = {}
    for region, rules in _read("dbinstanceclass_enum.json").items():
        for rule in rules["allOf"]:
            if rule["if"]["properties"]["Engine"]["const"] == "postgres":
                for instance_class in rule["then"]["properties"]["DBInstanceClass"]["enum"]:
                    regions_of.setdefault(instance_class, set()).add(region)
    known = set(_read("dbinstanceclass_enum.json")) & set(REGIONS)
    classes = {
        instance_class: "*" if regions >= known else " ".join(sorted(regions & known))
        for instance_class, regions in sorted(regions_of.items())
    }
    (rule,) = [
        rule
        for rule in _read("engine_version.json")["allOf"]
        if rule["if"]["properties"]["Engine"].get("const") == "postgres"
    ]
    plain = [v for v in rule["then"]["properties"]["EngineVersion"]["enum"] if re.fullmatch(r"\d+(\.\d+)?", v)]
    versions = sorted((v for v in plain if int(v.split(".")[0]) >= OLDEST_MAJOR), key=_numbers)
    return {"versions": versions, "regions": sorted(known), "classes": classes}


def _read(name: str) -> Any:  # noqa: ANN401
    return json.loads((Path(extensions.__path__[0]) / name).read_text())


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def text() -> str:
    """The file's content."""
    return json.dumps(facts(), indent=1) + "\n"


if __name__ == "__main__":
    FACTS.write_text(text())
