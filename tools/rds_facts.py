"""Writes blogstack/facts/rds.json, what RDS offers, from cfn-lint's data: `make generate`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfnlint.data.schemas.extensions.aws_rds_dbinstance as extensions

from blogstack.facts.regions import REGIONS

FACTS = Path(__file__).parent.parent / "blogstack" / "facts" / "rds.json"
OLDEST_MAJOR = 14  # the oldest that PostgreSQL still supports: https://www.postgresql.org/support/versioning/
# They run PostgreSQL up to 12 only: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
# AWS's price list, and so cfn-lint, has them all the same, but RDS refuses a newer PostgreSQL on them:
# https://github.com/aws-quickstart/quickstart-awx/issues/47
_OLD_FAMILIES = ("m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2")


def facts() -> dict[str, Any]:
    """The fields of blogstack.facts.rds.Facts.

    Old minor versions and old classes, which RDS still runs but refuses for new databases, are left out.
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
    """Major versions, and the minor versions that new databases can have, oldest first."""
    (known,) = [then for engine, then in _rules("engine_version.json") if engine.get("Engine") == {"const": "postgres"}]
    (deprecated,) = [
        engine["EngineVersion"]["enum"]
        for engine, _ in _rules("engine_version_deprecated.json")
        if engine["Engine"] == {"const": "postgres"}
    ]
    plain = [v for v in known["properties"]["EngineVersion"]["enum"] if re.fullmatch(r"\d+(\.\d+)?", v)]
    # cfn-lint lists a major version alone among the deprecated ones; RDS takes it for its newest minor version.
    new = [v for v in plain if "." not in v or v not in deprecated]
    return sorted((v for v in new if int(v.split(".")[0]) >= OLDEST_MAJOR), key=_numbers)


def _rules(name: str) -> Iterator[tuple[Any, Any]]:
    """The rules of a file: the condition of each on the properties, and what must hold where it is met."""
    for rule in _read(name)["allOf"]:
        yield rule["if"]["properties"], rule["then"]


def _read(name: str) -> Any:  # noqa: ANN401
    return json.loads((Path(extensions.__path__[0]) / name).read_text())


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def text() -> str:
    """The file's content."""
    return json.dumps(facts(), indent=1) + "\n"
