"""What a layout consists of: rectangles, labels and arrows with their places. Lengths are pixels."""

from __future__ import annotations

from blogstack.records import Record

TITLE, TEXT = 14, 12
"""Sizes of the font."""
LINE = 18
"""Distance from one line of text to the next."""


class Rectangle(Record, kw_only=True):
    """A box or a frame, with its text.

    Attributes:
        kind: page, frame, zone, tier or node: how it is drawn.
        node: ID of the node that it is; None for a frame.
        lines: The first one is the title.
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    node: str | None = None
    lines: tuple[str, ...] = ()

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


class Label(Record, kw_only=True):
    """A line of text: its baseline, and the x of its beginning or its middle."""

    x: float
    y: float
    text: str
    middle: bool = False


class Arrow(Record):
    """A line through some points, with a head at its end."""

    points: tuple[tuple[float, float], ...]


class Layout(Record, kw_only=True):
    """Everything that is drawn, from the back to the front."""

    width: float
    height: float
    title: str
    rectangles: tuple[Rectangle, ...]
    labels: tuple[Label, ...]
    arrows: tuple[Arrow, ...]
