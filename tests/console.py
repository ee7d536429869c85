"""What the tests of the console script share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

MINIMAL = "name: blog-api\nregion: ap-northeast-2\n"
QUIET = MINIMAL + "domain:\n  name: blog.example.com\n  hosted_zone_id: Z0123456789ABCDEFGHIJ\n"
OUT = Path("templates/out")

Run = Callable[..., subprocess.CompletedProcess[str]]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
