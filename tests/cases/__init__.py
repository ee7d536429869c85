"""The accept cases: small files that users would write, each with the templates that they become."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from blogstack.compiler import Compilation, compile_text

ACCEPT = Path(__file__).parent / "accept"
NAMES = sorted(folder.name for folder in ACCEPT.iterdir())


@cache
def compiled(name: str) -> Compilation:
    """What an accept case becomes."""
    return compile_text("blogstack.yaml", (ACCEPT / name / "blogstack.yaml").read_bytes())
