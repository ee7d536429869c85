"""Small helpers for sentences: plurals, lists, near misses, key paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_LONGEST = 60


def plural(number: int, unit: str) -> str:
    """A number and its unit, which is passed in the plural: 1 task, 2 tasks."""
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}".rstrip()


def listed(words: Sequence[str]) -> str:
    """Words as a sentence names them: a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def shorten(text: str) -> str:
    """A text cut to 60 characters, to fit in a message."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def hyphenated(text: str) -> str:
    """A text as a name: lower case, its words with hyphens between them; MyShop and my_shop are my-shop."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower()
    return "-".join(re.findall("[a-z0-9]+", words))


def dotted(path: Iterable[str | int]) -> str:
    """A key path as a person writes it: service.environment.LOG_LEVEL, image.mutable_tags[0]."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to a misspelt one; None if none is near."""
    folded = {k.lower().replace("-", "_"): k for k in known}
    near = get_close_matches(word.lower().replace("-", "_"), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None
