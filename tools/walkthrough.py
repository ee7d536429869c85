"""A tutorial as data: the files that a page writes and the commands that it runs, in order.

A block of code whose first line is a comment with a path is a file. Python is added to the end of an existing file; any
other text replaces it. A block of `console` has commands after `$`, each with its output on either stream: a
line `...` matches any lines, and a line that ends with `...` matches by its beginning.

The tests of both environments use it, so it needs nothing but the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"# ([\w.-]+(?:/[\w.-]+)*)\n")


class File(NamedTuple):
    """A file of the page, and what it holds."""

    path: str
    text: str

    def after(self, before: str) -> str:
        """The new text of the file: Python is added to the old text, anything else replaces it."""
        return f"{before}\n\n{self.text}" if before and self.path.endswith(".py") else self.text

    def write(self, folder: Path) -> None:
        """Write it into a folder."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text("utf-8") if target.exists() else ""
        target.write_text(self.after(before), encoding="utf-8")


class Command(NamedTuple):
    """A command of the page, and the lines that it prints."""

    text: str
    expected: tuple[str, ...]

    def prints(self, output: str) -> bool:
        """Whether an output is what the page shows."""
        lines = [".*" if line == "..." else _line(line) for line in self.expected]
        pattern = "".join(r"(?:.*\n)*" if line == ".*" else f"{line}\n" for line in lines)
        return re.fullmatch(pattern, output) is not None


def steps(page: Path) -> Iterator[File | Command]:
    """What a page does, in order."""
    for language, text in _BLOCK.findall(page.read_text("utf-8")):
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, *expected = part.splitlines()
                yield Command(command, tuple(expected))
        elif path := _PATH.match(text):
            yield File(path[1], text[path.end() :])


def _line(line: str) -> str:
    return re.escape(line.removesuffix("...")) + (".*" if line.endswith("...") else "")
