"""Nothing in the picture overlaps, and no text is cut: for every accept case, and for many workloads."""

from __future__ import annotations

import pytest

from blogstack.graph.layout import Layout, lay_out
from blogstack.graph.picture import Node, Picture, Way, draw
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
    ways += [Way(source=node.id, target="database", label="5433") for node in nodes]
    ways += [Way(source=node.id, target="services", label="NAT gateway") for node in nodes]
    return replace(base, tiers=tiers, ways=(*base.ways, *ways))


MANY = "many"


def layout(name: str) -> Layout:
    if name == MANY:
        return lay_out(with_workloads(picture("alarms"), exposed=3, hidden=3))
    return lay_out(picture(name))


LAYOUTS = [*EACH, MANY]


@pytest.mark.parametrize("name", LAYOUTS)
def test_it_is_readable(name: str) -> None:
    assert_readable(layout(name))
