"""A picture as a Mermaid flowchart, which GitHub and GitLab draw: https://mermaid.js.org/syntax/flowchart.html"""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.graph.picture import Node, Picture


def as_mermaid(picture: Picture) -> str:
    """The picture as text for a Mermaid block."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield "flowchart TB"
    for node in picture.entry:
        yield f"  {_node(node)}"
    yield f'  subgraph vpc["{_text(picture.vpc)}: {_text(", ".join(picture.zones))}"]'
    for tier in picture.tiers:
        title = f"{tier.title}: {', '.join(tier.subnets)}" if tier.subnets else tier.title
        yield f'    subgraph {tier.id}Tier["{_text(title)}"]'
        for node in tier.nodes:
            yield f"      {_node(node)}"
        yield "    end"
    yield "  end"
    yield '  subgraph services["outside of the network"]'
    for node in picture.services:
        yield f"    {_node(node)}"
    yield "  end"
    for connection in picture.connections:
        yield f'  {connection.source} -->|"{_text(connection.label)}"| {connection.target}'


def _node(node: Node) -> str:
    lines = [f"<b>{_text(node.title)}</b>", *map(_text, node.lines)]
    return f'{node.id}["{"<br/>".join(lines)}"]'


def _text(text: str) -> str:
    """A text in quotes: Mermaid reads HTML's entities."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
