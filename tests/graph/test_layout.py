"""Nothing in the picture overlaps, and no text is cut: for every accept case and example, and for many workloads."""

from __future__ import annotations

from pathlib import Path

import pytest

from blogstack.graph.layout import lay_out
from blogstack.graph.picture import STORES, Connection, Node, Picture, draw
from blogstack.pipeline import compile_text
from blogstack.records import replace
from tests.cases import EACH, compiled
from tests.support.pictures import assert_readable

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "blogstack.yaml", *sorted(ROOT.glob("examples/*/blogstack.yaml"))]
LARGEST = """
name: shop
region: ap-northeast-2
network: {create: {availability_zones: 3, egress: nat_per_az}}
service: {framework: fastapi, port: 8000}
services:
  front: {port: 3000, route: {path: [/app, /app/*]}}
  admin: {port: 3001, route: {path: [/admin, /admin/*]}}
  feeds: {port: 3002, route: {path: [/feeds/*]}}
  search: {port: 9200, command: [python, -m, app.search]}
  places: {port: 65000, command: [python, -m, app.places]}
workers:
  mails: {command: [python, -m, app.mails]}
  pictures: {command: [python, -m, app.pictures]}
  beat: {command: [python, -m, app.beat], singleton: true}
  hooks: {command: [python, -m, app.hooks]}
jobs:
  index: {command: [python, -m, app.index], cron: "0 3 * * ? *"}
  clean: {command: [python, -m, app.clean]}
database: {}
cache: {}
queues: {orders: {}}
buckets: {pictures: {}}
domain: {name: shop.example.com, hosted_zone_id: Z0123456789ABCDEFGHIJ}
alarms: {email: ops@example.com}
"""
"""Twelve workloads of all kinds, of which two are private, in three zones, with everything that they can reach."""


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
    connections = [Connection(source="balancer", target=node.id, label="3000") for node in nodes[:exposed]]
    stores = {each.target: each for each in base.connections if each.target in STORES}
    connections += [replace(each, source=node.id) for each in stores.values() for node in nodes]
    connections += [Connection(source=node.id, target="services", label="NAT gateway") for node in nodes]
    private = {
        each.target: each
        for each in base.connections
        if each.source.startswith("tasks") and each.target.startswith("tasks")
    }
    connections += [replace(each, source=node.id) for each in private.values() for node in nodes]
    return replace(base, tiers=tiers, connections=(*base.connections, *connections))


@pytest.mark.parametrize("name", EACH)
def test_it_is_readable(name: str) -> None:
    assert_readable(lay_out(picture(name)))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT).parent))
def test_the_repository_and_the_examples_are_readable(file: Path) -> None:
    for blueprint in compile_text("blogstack.yaml", file.read_bytes()).blueprints:
        assert_readable(lay_out(draw(blueprint)))


def test_the_largest_is_readable() -> None:
    drawn = draw(compile_text("blogstack.yaml", LARGEST.encode()).blueprints[0])
    assert len([node for node in drawn.nodes() if node.id.startswith("tasks")]) == 12
    assert_readable(lay_out(drawn))


def test_the_tasks_share_one_lane_to_private_services() -> None:
    """Eleven tasks reach two private services; every arrow enters its service from the left, beside its port."""
    found = lay_out(draw(compile_text("blogstack.yaml", LARGEST.encode()).blueprints[0]))
    boxes = {each.node: each for each in found.rectangles if each.node}
    arrows = [arrow for arrow in found.arrows if len(arrow.points) == 4]
    assert len(arrows) == 2 * 11
    assert len({arrow.points[1][0] for arrow in arrows}) == 1
    for node, port in (("tasksSearch", "9200"), ("tasksPlaces", "65000")):
        ends = [arrow.points[-1] for arrow in arrows if boxes[node].y < arrow.points[-1][1] < boxes[node].bottom]
        assert len(ends) == 11
        assert {x for x, _ in ends} == {boxes[node].x}
        (label,) = [label for label in found.labels if label.text == port]
        assert boxes[node].y < label.y < boxes[node].bottom


@pytest.mark.parametrize("base", ["alarms", "everything"])
def test_twelve_workloads_more_are_readable(base: str) -> None:
    """In two zones with a database, and in three with a cache and a private service too: as wide as without them."""
    few, many = picture(base), with_workloads(picture(base), exposed=5, hidden=7)
    assert_readable(lay_out(many))
    assert lay_out(many).width == lay_out(few).width
