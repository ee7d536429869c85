"""The recorded terminals show the current output of the command."""

from __future__ import annotations

import html
import re
from collections import defaultdict

import pytest

from tools.terminal import IMAGES, recordings

_TEXT = re.compile(r'<text class="terminal-r[^>]* y="([\d.]+)"[^>]*>([^<]*)</text>')
_DURATION = re.compile(r"  (\d+ min )?\d+ s\b")


def lines(picture: str) -> list[str]:
    """The lines of a picture, without how long a step took and sorted: steps that run side by side end in any order."""
    found: dict[str, str] = defaultdict(str)
    for height, text in _TEXT.findall(picture):
        found[height] += html.unescape(text).replace("\xa0", " ").rstrip("\n")
    return sorted(_DURATION.sub("", line).rstrip() for line in found.values())


@pytest.mark.slow
def test_the_pictures_are_up_to_date() -> None:
    """`python -m tools.terminal` renews them."""
    for name, picture in recordings():
        shown = (IMAGES / f"{name}.svg").read_text("utf-8")
        assert lines(shown) == lines(picture), f"run `python -m tools.terminal`: {name}.svg is out of date"
        assert len(lines(shown)) > 20
