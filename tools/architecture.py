"""Writes docs/images/architecture.svg, the picture of this repository's own file: `make generate`."""

from __future__ import annotations

from pathlib import Path

from blogstack.graph.picture import draw
from blogstack.graph.svg import as_svg
from blogstack.pipeline import compile_text

_ROOT = Path(__file__).parent.parent
_ENVIRONMENT = "prod"
PICTURE = _ROOT / "docs" / "images" / "architecture.svg"


def text() -> str:
    """The picture as SVG."""
    file = _ROOT / "blogstack.yaml"
    compilation = compile_text(file.name, file.read_bytes(), picked=[_ENVIRONMENT])
    return as_svg(draw(compilation.blueprints[0]))
