"""Nothing in the picture overlaps, and no text is cut: for every accept case, and for many workloads."""

from __future__ import annotations

import pytest

from blogstack.graph.layout import lay_out
from blogstack.graph.picture import STORES, Node, Picture, Way, draw
from blogstack.records import replace
from tests.cases import EACH, compiled
from tests.support.pictures import assert_readable


def picture(case: str) -> Picture:
    return draw(compiled(case).blueprints[0])


def with_workloads(base: Picture, exposed: int, hidden: int) -> Picture:
    """A picture with more services behind the load balancer, and workers that get no requests."""
    names = [f"Exposed{number}" for number in range(exposed)] + [f"Worker{number}" for number in range(hidden)]
    nodes = tuple(Node(id=f"tasks{name}", title=f"Fargate: {name}", lines=("1 task",)) for name in names)
    tiers = tuple(
        replace(tier, nodes=(*tier.nodes, *nodes)) if any(node.id == "tasksService" for node in tier.nodes) else tier
        for tier in base.tiers
    )
    ways = [Way(source="balancer", target=node.id, label="3000") for node in nodes[:exposed]]
    stores = {way.target: way for way in base.ways if way.target in STORES}
    ways += [replace(way, source=node.id) for way in stores.values() for node in nodes]
    ways += [Way(source=node.id, target="services", label="NAT gateway") for node in nodes]
    return replace(base, tiers=tiers, ways=(*base.ways, *ways))


@pytest.mark.parametrize("name", EACH)
def test_it_is_readable(name: str) -> None:
    assert_readable(lay_out(picture(name)))


@pytest.mark.parametrize("base", ["alarms", "everything"])
def test_twelve_workloads_more_are_readable(base: str) -> None:
    """With two zones and a database, and with three, a database and a cache: as wide as without them."""
    few, many = picture(base), with_workloads(picture(base), exposed=5, hidden=7)
    assert_readable(lay_out(many))
    assert lay_out(many).width == lay_out(few).width
