"""The accept cases: small files that users would write, each with its templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from blogstack.pipeline import Compilation, compile_text

ACCEPT = Path(__file__).parent / "accept"
NAMES = sorted(folder.name for folder in ACCEPT.iterdir())
ACCEPTED = sorted(ACCEPT.glob("*/blogstack.yaml"))
REJECT = Path(__file__).parent / "reject"
REJECTED = sorted(REJECT.glob("*/*.yaml"))
"""The reject cases, each in the folder of the code that it is about."""


@cache
def compiled(name: str) -> Compilation:
    """The result of an accept case, or of one environment of it: CASE or CASE@ENVIRONMENT."""
    case, _, environment = name.partition("@")
    content = (ACCEPT / case / "blogstack.yaml").read_bytes()
    return compile_text("blogstack.yaml", content, picked=[environment] if environment else [])


EACH = [
    f"{name}@{environment}" if environment else name
    for name in NAMES
    for environment in compiled(name).environments or [""]
]
"""Every case, and every environment of a case that has some: each is at most one template of a kind."""
