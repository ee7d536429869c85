"""A picture as SVG: plain shapes and text, readable on a light and on a dark page, without an embedded font."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from blogstack.graph.layout import lay_out
from blogstack.graph.picture import Picture
from blogstack.graph.shapes import LINE, TEXT, TITLE, Arrow, Label, Layout, Rectangle

_STYLE = f"""
text {{ font-family: Helvetica, Arial, "Liberation Sans", sans-serif; font-size: {TEXT}px; fill: #24292f; }}
.title {{ font-size: {TITLE}px; font-weight: bold; }}
.page {{ fill: #ffffff; }}
.frame {{ fill: none; stroke: #57606a; stroke-width: 1.5; }}
.zone {{ fill: none; stroke: #8c959f; stroke-dasharray: 5 4; }}
.tier {{ fill: #0969da; fill-opacity: 0.07; }}
.node {{ fill: #ffffff; stroke: #0969da; stroke-width: 1.5; }}
.arrow {{ fill: none; stroke: #bc4c00; stroke-width: 2; }}
.head {{ fill: #bc4c00; }}
@media (prefers-color-scheme: dark) {{
  text {{ fill: #e6edf3; }}
  .page {{ fill: #0d1117; }}
  .frame {{ stroke: #8b949e; }}
  .zone {{ stroke: #6e7681; }}
  .tier {{ fill: #58a6ff; fill-opacity: 0.10; }}
  .node {{ fill: #161b22; stroke: #58a6ff; }}
  .arrow {{ stroke: #f0883e; }}
  .head {{ fill: #f0883e; }}
}}
"""
_HEAD = 7
"""Length of an arrow's head."""
_CORNER = 6
"""Radius of an arrow's corner."""


def as_svg(picture: Picture) -> str:
    """The picture as an SVG document."""
    layout = lay_out(picture)
    size = f'width="{layout.width:.0f}" height="{layout.height:.0f}"'
    box = f'viewBox="0 0 {layout.width:.0f} {layout.height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img">',
        f"<title>{escape(layout.title)}</title>",
        f"<style>{_STYLE}</style>",
        *_shapes(layout),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _shapes(layout: Layout) -> Iterator[str]:
    frames = [each for each in layout.rectangles if each.kind != "node"]
    for rectangle in frames:
        yield from _rectangle(rectangle)
    for arrow in layout.arrows:
        yield from _arrow(arrow)
    for rectangle in layout.rectangles:
        if rectangle.kind == "node":
            yield from _rectangle(rectangle)
    for label in layout.labels:
        yield _text(label)
    yield f'<text class="title" x="20" y="30">{escape(layout.title)}</text>'


def _rectangle(rectangle: Rectangle) -> Iterator[str]:
    radius = {"page": 0, "tier": 4}.get(rectangle.kind, 6)
    place = f'x="{rectangle.x:.1f}" y="{rectangle.y:.1f}" width="{rectangle.width:.1f}" height="{rectangle.height:.1f}"'
    yield f'<rect class="{rectangle.kind}" {place} rx="{radius}"/>'
    for number, line in enumerate(rectangle.lines):
        style = ' class="title"' if number == 0 and rectangle.kind in ("node", "frame") else ""
        x, y = rectangle.x + 12, rectangle.y + LINE * (number + 1)
        yield f'<text{style} x="{x:.1f}" y="{y:.1f}">{escape(line)}</text>'


def _arrow(arrow: Arrow) -> Iterator[str]:
    """A line and its head, which points along the last stretch: down or to the right."""
    *before, (x, y) = arrow.points
    down = before[-1][0] == x
    end = (x, y - _HEAD) if down else (x - _HEAD, y)
    yield f'<path class="arrow" d="{_path((*before, end))}"/>'
    half = _HEAD * 0.6
    sides = ((x - half, y - _HEAD), (x + half, y - _HEAD)) if down else ((x - _HEAD, y - half), (x - _HEAD, y + half))
    head = " ".join(f"{a:.1f},{b:.1f}" for a, b in ((x, y), *sides))
    yield f'<polygon class="head" points="{head}"/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    """A line with round corners, so that a line that turns into a lane differs from one that crosses it."""
    (x, y), *_, (last_x, last_y) = points
    path = f"M{x:.1f},{y:.1f}"
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        path += f" L{_towards((x, y), before)} Q{x:.1f},{y:.1f} {_towards((x, y), after)}"
    return f"{path} L{last_x:.1f},{last_y:.1f}"


def _towards(corner: tuple[float, float], point: tuple[float, float]) -> str:
    """The point a little away from a corner towards another point, along an axis."""
    (x, y), (a, b) = corner, point
    if x == a:
        return f"{x:.1f},{y + math.copysign(_CORNER, b - y):.1f}"
    return f"{x + math.copysign(_CORNER, a - x):.1f},{y:.1f}"


def _text(label: Label) -> str:
    anchor = ' text-anchor="middle"' if label.middle else ""
    return f'<text x="{label.x:.1f}" y="{label.y:.1f}"{anchor}>{escape(label.text)}</text>'
