"""Writes blogstack/facts/rds.json, what RDS sells, from the data that cfn-lint carries: `python -m tools.rds_facts`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfnlint.data.schemas.extensions.aws_rds_dbinstance as extensions

from blogstack.facts.regions import REGIONS

FACTS = Path(__file__).parent.parent / "blogstack" / "facts" / "rds.json"
OLDEST_MAJOR = 14  # the oldest that PostgreSQL itself still supports
# Amazon RDS user guide, "Supported DB engines for DB instance classes": PostgreSQL up to 12 only. AWS's price list, and
# so cfn-lint, has them all the same; with a newer PostgreSQL RDS refuses them (aws-quickstart/quickstart-awx issue 47).
_OLD_FAMILIES = ("m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2")


def facts() -> dict[str, Any]:
    """PostgreSQL versions, and for each instance class the regions where PostgreSQL runs on it ("*": all of ours).

    What RDS only keeps running, but makes no new databases with, is left out: old minor versions and old classes.
    """
    regions_of: dict[str, set[str]] = {}
    for region, rules in _read("dbinstanceclass_enum.json").items():
        for rule in rules["allOf"]:
            if rule["if"]["properties"]["Engine"]["const"] == "postgres":
                for instance_class in rule["then"]["properties"]["DBInstanceClass"]["enum"]:
                    if instance_class.split(".")[1] not in _OLD_FAMILIES:
                        regions_of.setdefault(instance_class, set()).add(region)
    known = set(_read("dbinstanceclass_enum.json")) & set(REGIONS)
    classes = {
        instance_class: "*" if regions >= known else " ".join(sorted(regions & known))
        for instance_class, regions in sorted(regions_of.items())
    }
    return {"versions": _versions(), "regions": sorted(known), "classes": classes}


def _versions() -> list[str]:
    """Major versions, and the minor ones that new databases can have."""
    (known,) = [then for engine, then in _rules("engine_version.json") if engine.get("Engine") == {"const": "postgres"}]
    (deprecated,) = [
        engine["EngineVersion"]["enum"]
        for engine, _ in _rules("engine_version_deprecated.json")
        if engine["Engine"] == {"const": "postgres"}
    ]
    plain = [v for v in known["properties"]["EngineVersion"]["enum"] if re.fullmatch(r"\d+(\.\d+)?", v)]
    # cfn-lint counts a major version alone among the deprecated ones; RDS takes it for its newest minor one.
    new = [v for v in plain if "." not in v or v not in deprecated]
    return sorted((v for v in new if int(v.split(".")[0]) >= OLDEST_MAJOR), key=_numbers)


def _rules(name: str) -> Iterator[tuple[Any, Any]]:
    """The rules of a file: the properties that each is about, and what then must hold."""
    for rule in _read(name)["allOf"]:
        yield rule["if"]["properties"], rule["then"]


def _read(name: str) -> Any:  # noqa: ANN401
    return json.loads((Path(extensions.__path__[0]) / name).read_text())


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def text() -> str:
    """The file's content."""
    return json.dumps(facts(), indent=1) + "\n"


if __name__ == "__main__":
    FACTS.write_text(text())
