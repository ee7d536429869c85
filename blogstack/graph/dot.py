"""A picture in the language of Graphviz: https://graphviz.org/doc/info/lang.html"""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.graph.picture import Node, Picture


def as_dot(picture: Picture) -> str:
    """The picture as text for `dot`."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield f"digraph {_quoted(picture.title)} {{"
    yield '  graph [compound=true, fontname="Helvetica", label=""]'
    yield '  node [shape=box, style=rounded, fontname="Helvetica"]'
    yield '  edge [fontname="Helvetica"]'
    for node in picture.entry:
        yield f"  {_node(node)}"
    yield "  subgraph cluster_vpc {"
    yield f"    label={_quoted(': '.join((picture.vpc, ', '.join(picture.zones))))}"
    for tier in picture.tiers:
        title = f"{tier.title}: {', '.join(tier.subnets)}" if tier.subnets else tier.title
        yield f"    subgraph cluster_{tier.id} {{"
        yield f"      label={_quoted(title)}"
        for node in tier.nodes:
            yield f"      {_node(node)}"
        yield "    }"
    yield "  }"
    yield "  subgraph cluster_services {"
    yield '    label="outside of the network"'
    for node in picture.services:
        yield f"    {_node(node)}"
    yield "  }"
    for connection in picture.connections:
        # An arrow ends at a node; `lhead` cuts the arrow off at the frame around the node.
        head = ", lhead=cluster_services]" if connection.target == "services" else "]"
        target = picture.services[0].id if connection.target == "services" else connection.target
        yield f"  {connection.source} -> {target} [label={_quoted(connection.label)}{head}"
    yield "}"


def _node(node: Node) -> str:
    return f"{node.id} [label={_quoted(chr(10).join((node.title, *node.lines)))}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
