"""Writes blogstack/facts/region_table.py from the endpoint data of botocore: `make generate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import botocore.loaders

TABLE = Path(__file__).parent.parent / "blogstack" / "facts" / "region_table.py"
# The partitions that are open to the public. The other ones in the data, aws-iso and its kin, are isolated.
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
_HEADER = '''\
"""The AWS regions where Amazon ECS has an endpoint. Written by `make generate`; do not edit.

Source: botocore's endpoint data,
https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json
"""
'''


def regions() -> Mapping[str, tuple[str, str]]:
    """For each region where ECS has an endpoint, in alphabetical order: its partition and what AWS calls it."""
    table = {}
    for partition in botocore.loaders.Loader().load_data("endpoints")["partitions"]:
        if partition["partition"] in _PARTITIONS:
            names = partition["regions"]
            # The service's endpoints include FIPS endpoints, such as fips-us-east-1, which are not regions.
            for region in partition["services"]["ecs"]["endpoints"].keys() & names.keys():
                table[region] = (partition["partition"], names[region]["description"])
    return dict(sorted(table.items()))


def text() -> str:
    """The module's source, as ruff formats it."""
    table = regions()
    literals = "".join(f"    {json.dumps(region)},\n" for region in table)
    partitions = "".join(f"    {json.dumps(region)}: {json.dumps(name)},\n" for region, (name, _) in table.items())
    places = "".join(f"    {json.dumps(region)}: {json.dumps(place)},\n" for region, (_, place) in table.items())
    return (
        f"{_HEADER}\nfrom typing import Literal\n\nRegion = Literal[\n{literals}]\n"
        f"PARTITIONS = {{\n{partitions}}}\nPLACES = {{\n{places}}}\n"
    )
