"""The examples that are generated from pages: examples/fastapi and examples/django."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.site import DOCS, ROOT
from tools.walkthrough import File, steps

FOLDER = ROOT / "examples"
PAGES = {"fastapi": DOCS / "tutorials" / "fastapi.md", "django": DOCS / "django.md"}
_SCHEMA = "$schema=./blogstack.schema.json"
_SCHEMA_HERE = "$schema=../../blogstack.schema.json"


def files() -> Iterator[tuple[Path, str]]:
    """The files of each page, with the text that they end with."""
    for name, page in PAGES.items():
        texts: dict[str, str] = {}
        for step in steps(page):
            if isinstance(step, File):
                texts[step.path] = step.after(texts.get(step.path, ""))
        yield from ((FOLDER / name / path, text.replace(_SCHEMA, _SCHEMA_HERE)) for path, text in texts.items())
