"""Picture -> boxes, labels and arrows with their places: zones are columns, tiers are rows.

The shape is always the same, so a simple grid beats a general engine, which would lose the zones. Lengths are pixels.
Parallel arrows share a lane: on the left those from the load balancer, and next to it those between tasks; on the right
those to a store, a lane for each store. So the picture does not grow wider with more workloads.
"""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.graph.picture import STORES, Connection, Node, Picture, Tier
from blogstack.graph.shapes import LINE, TEXT, TITLE, Arrow, Label, Layout, Rectangle
from blogstack.graph.text_widths import text_width
from blogstack.records import replace

_PAD = 12
_MARGIN = 20
_GAP = 46
"""Distance between two rows: room for an arrow and its label."""
_LANE = 20
"""Minimum width of a lane; a lane whose arrows have a label is wider by the label."""
_OUT, _STEP = 14, 12
"""Where arrows leave a box: below its upper edge to the services, above its lower edge to stores and other tasks."""
_IN = LINE + 6
"""Where arrows from the left reach a box, below its upper edge."""
_COLUMN = 210
"""Minimum width of a zone."""
_NARROWEST = 130
"""Minimum width of a box in front of the load balancer."""


def lay_out(picture: Picture) -> Layout:
    """Place everything."""
    return _Grid(picture).layout()


class _Grid:
    """A picture while it is being laid out, from the top to the bottom."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._tasks = [node for tier in picture.tiers for node in tier.nodes if node.id.startswith("tasks")]
        self._stores = {each.target: each.label for each in picture.connections if each.target in STORES}
        """The stores that the tasks reach, with their ports."""
        self._left_lane = max([0, *(_lane(each.label) for each in picture.connections if each.source == "balancer")])
        """Width of the lane of the load balancer; 0 without one."""
        self._inner_lane = max([0, *(_lane(each.label) for each in picture.connections if _is_between_tasks(each))])
        """Width of the lane of the arrows between tasks; 0 without one."""
        self._right_lanes = {store: _lane(port) for store, port in self._stores.items()}
        self._boxes: dict[str, Rectangle] = {}
        self._tops: dict[str, float] = {}
        """The upper edges of the tiers."""
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
        """The width of the network: that of its zones or of its widest box."""
        cells = [node for tier in self._picture.tiers for node in tier.nodes if node.zone is not None]
        texts = [*self._picture.zones, *(block for tier in self._picture.tiers for block in tier.subnets)]
        column = max([_COLUMN, *(text_width(text, TEXT) + 2 * _PAD for text in texts)])
        lanes = sum(self._right_lanes.values())
        blocks = [text_width(block, TEXT) for tier in self._picture.tiers for block in tier.subnets]
        column = max([column, *(width + lanes + 2 * _PAD for width in blocks)])
        column = max([column, *(node_width(node) + _LANE + 2 * _PAD for node in cells)])
        bands = [node for tier in self._picture.tiers for node in tier.nodes if node.zone is None]
        insets = self._left_lane + self._inner_lane + lanes + _LANE + 2 * _PAD
        return max([column * len(self._picture.zones), *(node_width(node) + insets for node in bands)])

    def _entry(self, y: float) -> float:
        """Place the nodes in front of the load balancer, in a row; returns where the next row begins."""
        height = max(node_height(node) for node in self._picture.entry)
        first = max(node_width(self._picture.entry[0]), _NARROWEST)
        x = max(_MARGIN, self._entrance - first / 2)
        for node in self._picture.entry:
            width = max(node_width(node), _NARROWEST)
            self._boxes[node.id] = _box(node, x, y, width, height)
            x += width + text_width("name", TEXT) + 2 * _PAD + 20
        return y + height + _GAP

    def _tiers(self, y: float) -> float:
        """Place the tiers, one below the other; returns the lower edge of the last."""
        for tier in self._picture.tiers:
            self._tops[tier.id] = y
            bottom = self._tier(tier, y)
            self._frames.append(Rectangle(kind="tier", x=self._left, y=y, width=self._width, height=bottom - y))
            beside_the_lane = self._left + _PAD + (_LANE if self._left_lane else 0)
            self._labels.append(Label(x=beside_the_lane, y=y + LINE, text=tier.title))
            for number, block in enumerate(tier.subnets):
                x = self._left + self._column * number + _PAD if number else beside_the_lane
                self._labels.append(Label(x=x, y=y + 2 * LINE, text=block))
            y = bottom + _GAP
        return y - _GAP

    def _tier(self, tier: Tier, y: float) -> float:
        """Place the boxes of a tier; returns its lower edge."""
        y += LINE + (LINE if tier.subnets else 0) + _PAD
        bands = [node for node in tier.nodes if node.zone is None]
        cells = [node for node in tier.nodes if node.zone is not None]
        for node in bands:
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
        """The distances of a box from the network's left and right edge, so that arrows to other boxes pass it."""
        if node.id == "balancer":
            return _PAD, _PAD
        if node.id in STORES:
            return _PAD, self._right(node.id) - _LANE / 2
        first = next(iter(self._stores), None)
        return _PAD + self._left_lane + self._inner_lane, self._right(first) + _LANE / 2 if first else _PAD

    def _right(self, store: str) -> float:
        """The distance of a store's lane from the network's right edge; the lowest store has the outermost lane."""
        order = list(self._right_lanes)
        later = order[order.index(store) + 1 :] if store in order else []
        return _PAD + _LANE / 2 + sum(self._right_lanes[each] for each in later)

    @property
    def _entrance(self) -> float:
        """Where the arrow into the network is: between two zones, where there is no text."""
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
        """Place the services outside of the network, next to it."""
        out = max(text_width(each.label, TEXT) for each in self._picture.connections if each.target == "services")
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
        for connection in sorted(self._picture.connections, key=lambda each: self._boxes[each.source].y):
            source = self._boxes[connection.source]
            if connection.target == "services":
                self._arrow_out(source, services, connection, labelled)
            elif connection.target == "domain":
                self._across(source, self._boxes["domain"], connection.label)
            elif connection.target in STORES:
                self._to_store(source, self._boxes[connection.target], connection, labelled)
            elif connection.source == "clients":
                self._enter(source, self._boxes[connection.target], connection.label)
            elif connection.source == "balancer":
                self._to_tasks(source, self._boxes[connection.target], connection.label)
            else:
                self._between_tasks(source, self._boxes[connection.target], connection, labelled)

    def _across(self, source: Rectangle, target: Rectangle, label: str) -> None:
        y = (source.y + source.bottom) / 2
        self._arrows.append(Arrow(((source.right, y), (target.x, y))))
        self._labels.append(Label(x=(source.right + target.x) / 2, y=y - 5, text=label, middle=True))

    def _enter(self, source: Rectangle, target: Rectangle, label: str) -> None:
        x = self._entrance
        self._arrows.append(Arrow(((x, source.bottom), (x, target.y))))
        self._labels.append(Label(x=x + 5, y=source.bottom + LINE, text=label))

    def _to_tasks(self, source: Rectangle, target: Rectangle, label: str) -> None:
        """An arrow down in the lane on the left, then to the right."""
        x, y = self._left + _PAD + _LANE / 2, target.y + _IN
        self._arrows.append(Arrow(((x, source.bottom), (x, y), (target.x, y))))
        self._labels.append(Label(x=x + 5, y=y - 5, text=label))

    def _between_tasks(self, source: Rectangle, target: Rectangle, connection: Connection, labelled: set[str]) -> None:
        """An arrow to the left, up or down in the lane of the tasks, then to the right."""
        x, start, end = self._left + _PAD + self._left_lane + _LANE / 2, source.bottom - 10, target.y + _IN
        self._arrows.append(Arrow(((source.x, start), (x, start), (x, end), (target.x, end))))
        if connection.target not in labelled:
            labelled.add(connection.target)
            self._labels.append(Label(x=x + 5, y=end - 5, text=connection.label))

    def _to_store(self, source: Rectangle, target: Rectangle, connection: Connection, labelled: set[str]) -> None:
        """An arrow to the right, then down in the store's lane."""
        x = round(
            self._left + self._width - self._right(connection.target)
        )  # whole pixels, so that the lines of a lane coincide
        y = source.bottom - 10 - _STEP * list(self._stores).index(connection.target)
        self._arrows.append(Arrow(((source.right, y), (x, y), (x, target.y))))
        if connection.target not in labelled:
            labelled.add(connection.target)
            top = self._tops["database"]
            self._labels.append(
                Label(x=x - 5 - text_width(connection.label, TEXT), y=top - LINE / 2, text=connection.label)
            )

    def _arrow_out(self, source: Rectangle, services: Rectangle, connection: Connection, labelled: set[str]) -> None:
        y = source.y + _OUT
        self._arrows.append(Arrow(((source.right, y), (services.x, y))))
        if connection.label not in labelled:
            labelled.add(connection.label)
            x = services.x - text_width(connection.label, TEXT) - _PAD
            self._labels.append(Label(x=x, y=y - 5, text=connection.label))


def _is_between_tasks(connection: Connection) -> bool:
    return connection.source.startswith("tasks") and connection.target.startswith("tasks")


def _lane(label: str) -> float:
    """The width of a lane in which an arrow has a label next to it."""
    return _LANE + text_width(label, TEXT)


def node_width(node: Node) -> float:
    """The width that a node's text needs, with padding."""
    widths = [text_width(node.title, TITLE, bold=True), *(text_width(line, TEXT) for line in node.lines)]
    return max(widths) + 2 * _PAD


def node_height(node: Node) -> float:
    """The height that a node's lines need, with padding."""
    return LINE * (1 + len(node.lines)) + _PAD


def _box(node: Node, x: float, y: float, width: float, height: float) -> Rectangle:
    lines = (node.title, *node.lines)
    return Rectangle(kind="node", x=x, y=y, width=width, height=height, node=node.id, lines=lines)
