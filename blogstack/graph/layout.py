"""Picture -> boxes, labels and arrows with their places: zones are columns, tiers are rows.

The shape is always the same, so a grid of ours beats a general engine, which would lose the zones. Lengths are pixels.
The arrows have lanes of their own: those from the load balancer on the left, those to the database on the right.
"""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.graph.picture import Node, Picture, Tier, Way
from blogstack.graph.text_widths import text_width
from blogstack.records import Record, replace

TITLE, TEXT = 14, 12
"""Sizes of the font."""
LINE = 18
_PAD = 12
_MARGIN = 20
_GAP = 46
"""Between two rows: room for an arrow and its label."""
_LANE = 20
_COLUMN = 210
"""The narrowest zone."""
_NARROWEST = 130
"""The narrowest box before the load balancer."""


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
    """A line of text: its baseline, and where it begins, or its middle."""

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


def lay_out(picture: Picture) -> Layout:
    """Place everything."""
    return _Grid(picture).layout()


class _Grid:
    """A picture while it is being laid out, from the top to the bottom."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._tasks = [node for tier in picture.tiers for node in tier.nodes if node.id.startswith("tasks")]
        self._exposed = [way.target for way in picture.ways if way.source == "balancer"]
        self._stored = [way.source for way in picture.ways if way.target == "database"]
        self._boxes: dict[str, Rectangle] = {}
        self._gaps: dict[str, float] = {}
        """The lower edge of the free space above a box."""
        self._frames: list[Rectangle] = []
        self._labels: list[Label] = []
        self._arrows: list[Arrow] = []
        self._left = _MARGIN + _PAD
        self._width: float = self._content_width()

    def layout(self) -> Layout:
        y = self._entry(_MARGIN + LINE + _PAD)
        vpc = Rectangle(
            kind="frame", x=_MARGIN, y=y, width=self._width + 2 * _PAD, height=0, lines=(self._picture.vpc,)
        )
        top = y + LINE + _PAD
        bottom = self._tiers(top + LINE + _PAD)
        frames = [replace(vpc, height=bottom + _PAD - vpc.y), *self._zones(top, bottom)]
        services = self._services(frames[0])
        self._connect(services)
        width = max(services.right, *(box.right for box in self._boxes.values())) + _MARGIN
        height = max(services.bottom, frames[0].bottom) + _MARGIN
        page = Rectangle(kind="page", x=0, y=0, width=width, height=height)
        return Layout(
            width=width,
            height=height,
            title=self._picture.title,
            rectangles=(page, *frames, *self._frames, *self._boxes.values()),
            labels=tuple(self._labels),
            arrows=tuple(self._arrows),
        )

    def _content_width(self) -> float:
        """Of the network: as wide as its zones and as its widest box."""
        cells = [node for tier in self._picture.tiers for node in tier.nodes if node.zone is not None]
        blocks = [block for tier in self._picture.tiers for block in tier.subnets]
        beside = _LANE * len(self._stored)  # the arrows pass the blocks of the last column
        column = max([_COLUMN, *(text_width(text, TEXT) + 2 * _PAD for text in self._picture.zones)])
        column = max([column, *(text_width(block, TEXT) + 2 * _PAD + beside for block in blocks)])
        lanes = _LANE * (len(self._exposed) + 1)
        column = max([column, *(node_width(node) + lanes + _PAD for node in cells)])
        bands = [node for tier in self._picture.tiers for node in tier.nodes if node.zone is None]
        insets = _LANE * (len(self._exposed) + len(self._stored)) + 2 * _PAD
        return max([column * len(self._picture.zones), *(node_width(node) + insets for node in bands)])

    def _entry(self, y: float) -> float:
        """What is before the load balancer, in a row; returns where the next row begins."""
        height = max(node_height(node) for node in self._picture.entry)
        first = max(node_width(self._picture.entry[0]), _NARROWEST)
        x = max(_MARGIN, self._entrance - first / 2)
        for node in self._picture.entry:
            width = max(node_width(node), _NARROWEST)
            self._boxes[node.id] = _box(node, x, y, width, height)
            x += width + text_width("name", TEXT) + 2 * _PAD + 20
        return y + height + _GAP

    def _tiers(self, y: float) -> float:
        """The tiers, one below the other; returns the lower edge of the last."""
        for tier in self._picture.tiers:
            bottom = self._tier(tier, y)
            self._frames.append(Rectangle(kind="tier", x=self._left, y=y, width=self._width, height=bottom - y))
            beside_the_lanes = self._left + _PAD + _LANE * len(self._exposed)
            self._labels.append(Label(x=beside_the_lanes, y=y + LINE, text=tier.title))
            for number, block in enumerate(tier.subnets):
                x = self._left + self._column * number + _PAD if number else beside_the_lanes
                self._labels.append(Label(x=x, y=y + 2 * LINE, text=block))
            y = bottom + _GAP
        return y - _GAP

    def _tier(self, tier: Tier, y: float) -> float:
        """The boxes of a tier; returns its lower edge."""
        above = y
        y += LINE + (LINE if tier.subnets else 0) + _PAD
        bands = [node for node in tier.nodes if node.zone is None]
        cells = [node for node in tier.nodes if node.zone is not None]
        for number, node in enumerate(bands):
            y += _GAP - _PAD if number else 0
            self._gaps[node.id] = y if number else above
            left, right = self._insets(node)
            height = node_height(node)
            self._boxes[node.id] = _box(node, self._left + left, y, self._width - left - right, height)
            y += height + _PAD
        for node in cells:
            assert node.zone is not None
            right_edge = self._left + self._column * (node.zone + 1) - _PAD
            width = node_width(node)
            self._boxes[node.id] = _box(node, right_edge - width, y, width, node_height(node))
        return y + (max(map(node_height, cells)) + _PAD if cells else 0)

    def _insets(self, node: Node) -> tuple[float, float]:
        """How far a box is from the network's edges, so that the arrows of other boxes pass by."""
        if node.id in ("balancer", "database"):
            return _PAD, _PAD
        order = [each.id for tier in self._picture.tiers for each in tier.nodes]
        place = order.index(node.id)
        left = sum(order.index(each) > place for each in self._exposed)
        right = sum(order.index(each) < place for each in self._stored)
        return _PAD + _LANE * left, _PAD + _LANE * right

    @property
    def _entrance(self) -> float:
        """Where the way into the network is: between two zones, where no text is."""
        return self._left + (self._column if len(self._picture.zones) > 1 else self._width * 0.8)

    @property
    def _column(self) -> float:
        return self._width / len(self._picture.zones)

    def _zones(self, top: float, bottom: float) -> Iterator[Rectangle]:
        for number, name in enumerate(self._picture.zones):
            x = self._left + self._column * number
            yield Rectangle(kind="zone", x=x + 2, y=top, width=self._column - 4, height=bottom - top)
            self._labels.append(Label(x=x + self._column / 2, y=top + LINE, text=name, middle=True))

    def _services(self, vpc: Rectangle) -> Rectangle:
        """What is outside of the network, next to it."""
        out = max(text_width(way.label, TEXT) for way in self._picture.ways if way.target == "services")
        x = vpc.right + out + 2 * _PAD + 10
        title = "outside of the network"
        width = max([text_width(title, TITLE, bold=True), *(node_width(node) for node in self._picture.services)])
        needed = LINE + _PAD + sum(node_height(node) + _PAD for node in self._picture.services)
        first, last = self._boxes[self._tasks[0].id], self._boxes[self._tasks[-1].id]
        top = max(vpc.y, min(first.y - _PAD, vpc.bottom - needed))
        y = top + LINE + _PAD
        for node in self._picture.services:
            self._boxes[node.id] = _box(node, x + _PAD, y, width, node_height(node))
            y += node_height(node) + _PAD
        height = max(y, last.y + LINE + _PAD) - top
        frame = Rectangle(kind="frame", x=x, y=top, width=width + 2 * _PAD, height=height, lines=(title,))
        self._frames.append(frame)
        return frame

    def _connect(self, services: Rectangle) -> None:
        labelled: set[str] = set()
        for way in self._picture.ways:
            source = self._boxes[way.source]
            if way.target == "services":
                self._arrow_out(source, services, way, labelled)
            elif way.target == "domain":
                self._across(source, self._boxes["domain"], way.label)
            else:
                self._down(source, self._boxes[way.target], way)

    def _across(self, source: Rectangle, target: Rectangle, label: str) -> None:
        y = (source.y + source.bottom) / 2
        self._arrows.append(Arrow(((source.right, y), (target.x, y))))
        self._labels.append(Label(x=(source.right + target.x) / 2, y=y - 5, text=label, middle=True))

    def _down(self, source: Rectangle, target: Rectangle, way: Way) -> None:
        """Down in a lane: on the right to the database, else on the left."""
        x = source.right - _LANE / 2 if way.target == "database" else target.x + _LANE / 2
        if way.source == "clients":
            x = self._entrance
        self._arrows.append(Arrow(((x, source.bottom), (x, target.y))))
        if way.target == "database":
            self._labels.append(Label(x=x - 5 - text_width(way.label, TEXT), y=source.bottom + LINE, text=way.label))
        else:
            y = source.bottom + LINE if way.source == "clients" else self._gaps[target.node or ""] - 8
            self._labels.append(Label(x=x + 5, y=y, text=way.label))

    def _arrow_out(self, source: Rectangle, services: Rectangle, way: Way, labelled: set[str]) -> None:
        y = source.y + LINE
        self._arrows.append(Arrow(((source.right, y), (services.x, y))))
        if way.label not in labelled:
            labelled.add(way.label)
            x = services.x - text_width(way.label, TEXT) - _PAD
            self._labels.append(Label(x=x, y=y - 5, text=way.label))


def node_width(node: Node) -> float:
    """What a node's text needs, with its padding."""
    widths = [text_width(node.title, TITLE, bold=True), *(text_width(line, TEXT) for line in node.lines)]
    return max(widths) + 2 * _PAD


def node_height(node: Node) -> float:
    """What a node's lines need, with their padding."""
    return LINE * (1 + len(node.lines)) + _PAD


def _box(node: Node, x: float, y: float, width: float, height: float) -> Rectangle:
    lines = (node.title, *node.lines)
    return Rectangle(kind="node", x=x, y=y, width=width, height=height, node=node.id, lines=lines)
