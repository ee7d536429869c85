"""Nothing in the picture overlaps, and no text is cut: for every accept case, and for many workloads."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import pytest

from blogstack.graph.layout import LINE, TEXT, TITLE, Arrow, Label, Layout, Rectangle, lay_out
from blogstack.graph.picture import Node, Picture, Way, draw
from blogstack.graph.text_widths import text_width
from blogstack.records import replace
from tests.cases import EACH, compiled


class Area(NamedTuple):
    """A rectangle, with what is in it."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def overlaps(self, other: Area) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


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


CELERY = "celery"
MANY = "many"


def layout(name: str) -> Layout:
    if name == CELERY:
        return lay_out(with_workloads(picture("database"), exposed=0, hidden=2))
    if name == MANY:
        return lay_out(with_workloads(picture("everything"), exposed=3, hidden=3))
    return lay_out(picture(name))


def box(rectangle: Rectangle) -> Area:
    return Area(rectangle.x, rectangle.y, rectangle.right, rectangle.bottom, f"box {rectangle.lines[:1]}")


def nodes(found: Layout) -> list[Area]:
    return [box(each) for each in found.rectangles if each.kind == "node"]


def text_of(label: Label) -> Area:
    width = text_width(label.text, TEXT)
    left = label.x - width / 2 if label.middle else label.x
    return Area(left, label.y - TEXT * 0.8, left + width, label.y + TEXT * 0.25, label.text)


def texts(found: Layout) -> list[Area]:
    """Every text that is in no box: labels, and the titles of frames."""
    frames = [each for each in found.rectangles if each.kind == "frame"]
    titles = [
        Area(each.x + 12, each.y + 4, each.x + 12 + text_width(each.lines[0], TITLE, bold=True), each.y + LINE, "frame")
        for each in frames
    ]
    return [*map(text_of, found.labels), *titles]


def stretches(arrow: Arrow) -> list[Area]:
    pairs = zip(arrow.points, arrow.points[1:], strict=False)
    return [
        Area(min(a, c) - 0.5, min(b, d) - 0.5, max(a, c) + 0.5, max(b, d) + 0.5, "arrow") for (a, b), (c, d) in pairs
    ]


LAYOUTS = [*EACH, CELERY, MANY]


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_box_overlaps_another(name: str) -> None:
    for one, other in combinations(nodes(layout(name)), 2):
        assert not one.overlaps(other), (one, other)


@pytest.mark.parametrize("name", LAYOUTS)
def test_texts_are_inside_their_boxes(name: str) -> None:
    for each in layout(name).rectangles:
        if each.kind in ("node", "frame"):
            title, *lines = each.lines
            widest = max([text_width(title, TITLE, bold=True), *(text_width(line, TEXT) for line in lines)])
            assert each.x + 12 + widest <= each.right + 0.5, each.lines
            assert LINE * len(each.lines) < each.height


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_text_is_on_another_or_on_a_box(name: str) -> None:
    found = layout(name)
    for one, other in combinations(texts(found), 2):
        assert not one.overlaps(other), (one, other)
    for text in texts(found):
        assert not [each for each in nodes(found) if text.overlaps(each)], text


@pytest.mark.parametrize("name", LAYOUTS)
def test_arrows_go_through_no_text_and_no_box(name: str) -> None:
    """But for the two boxes that an arrow connects, which it touches at their edge."""
    found = layout(name)
    for arrow in found.arrows:
        for stretch in stretches(arrow):
            assert not [each for each in texts(found) if stretch.overlaps(each)], (arrow, texts(found))
            inside = [each for each in nodes(found) if stretch.overlaps(each._replace(top=each.top + 1))]
            touched = [each for each in inside if not _is_end(arrow, each)]
            assert not touched, (arrow, touched)


def _is_end(arrow: Arrow, area: Area) -> bool:
    """Whether an arrow begins or ends at the edge of a box."""
    (first, *_, last) = arrow.points
    return any(
        area.left - 1 <= x <= area.right + 1
        and area.top - 1 <= y <= area.bottom + 1
        and (abs(y - area.top) <= 1 or abs(y - area.bottom) <= 1 or abs(x - area.left) <= 1 or abs(x - area.right) <= 1)
        for x, y in (first, last)
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_everything_is_on_the_page(name: str) -> None:
    found = layout(name)
    for area in [*map(box, found.rectangles), *texts(found)]:
        assert area.left >= 0, area
        assert area.top >= 0, area
        assert area.right <= found.width, area
        assert area.bottom <= found.height, area
