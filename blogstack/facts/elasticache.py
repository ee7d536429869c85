"""What Amazon ElastiCache offers for Valkey: versions, and node types by region.

Both are in elasticache.json, which `make generate` writes from cfn-lint's data; a test compares the two. The file is
read only when a configuration has a cache.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from blogstack.records import Record


class Facts(Record):
    """The content of elasticache.json.

    Attributes:
        versions: Valkey versions, oldest first: `8.2`.
        regions: the regions for which the node types are known.
        node_types: for each node type the regions that have it, with spaces between them; "*" for all regions.
    """

    versions: Sequence[str]
    regions: Sequence[str]
    node_types: Mapping[str, str]


@cache
def facts() -> Facts:
    """The content of elasticache.json, read once."""
    return Facts(**json.loads(Path(__file__).with_name("elasticache.json").read_text()))


@cache
def node_types_in(region: str) -> Sequence[str]:
    """The node types for Valkey in a region; empty for a region that is not in the data."""
    if region not in facts().regions:
        return []
    return [name for name, where in facts().node_types.items() if where == "*" or region in where.split()]
