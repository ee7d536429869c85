"""Whether a picture can be read: where its boxes, texts and arrows are."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from blogstack.graph.shapes import LINE, TEXT, TITLE, Arrow, Label, Layout, Rectangle
from blogstack.graph.text_widths import text_width


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


def assert_readable(found: Layout) -> None:
    """No box or text overlaps another or leaves its place, and no arrow goes through one."""
    boxes_are_apart(found)
    texts_are_inside_their_boxes(found)
    texts_are_apart(found)
    arrows_are_free(found)
    everything_is_on_the_page(found)


def boxes_are_apart(found: Layout) -> None:
    for one, other in combinations(nodes(found), 2):
        assert not one.overlaps(other), (one, other)


def texts_are_inside_their_boxes(found: Layout) -> None:
    for each in found.rectangles:
        if each.kind in ("node", "frame"):
            title, *lines = each.lines
            widest = max([text_width(title, TITLE, bold=True), *(text_width(line, TEXT) for line in lines)])
            assert each.x + 12 + widest <= each.right + 0.5, each.lines
            assert LINE * len(each.lines) < each.height


def texts_are_apart(found: Layout) -> None:
    for one, other in combinations(texts(found), 2):
        assert not one.overlaps(other), (one, other)
    for text in texts(found):
        assert not [each for each in nodes(found) if text.overlaps(each)], text


def arrows_are_free(found: Layout) -> None:
    """Except the two boxes that an arrow connects, which it touches at their edge."""
    for arrow in found.arrows:
        for stretch in stretches(arrow):
            assert not [each for each in texts(found) if stretch.overlaps(each)], (arrow, texts(found))
            inside = [each for each in nodes(found) if stretch.overlaps(each._replace(top=each.top + 1))]
            touched = [each for each in inside if not _is_end(arrow, each)]
            assert not touched, (arrow, touched)


def everything_is_on_the_page(found: Layout) -> None:
    for area in [*map(box, found.rectangles), *texts(found)]:
        assert area.left >= 0, area
        assert area.top >= 0, area
        assert area.right <= found.width, area
        assert area.bottom <= found.height, area


def _is_end(arrow: Arrow, area: Area) -> bool:
    """Whether an arrow begins or ends at the edge of a box."""
    (first, *_, last) = arrow.points
    return any(
        area.left - 1 <= x <= area.right + 1
        and area.top - 1 <= y <= area.bottom + 1
        and (abs(y - area.top) <= 1 or abs(y - area.bottom) <= 1 or abs(x - area.left) <= 1 or abs(x - area.right) <= 1)
        for x, y in (first, last)
    )


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
