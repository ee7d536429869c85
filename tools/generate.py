"""Writes everything that is generated: `make generate`. With --check it only compares, and fails if they differ."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from blogstack.schema import json_schema
from tools import agent_pages, architecture, elasticache_facts, example_files, rds_facts, reference_pages, region_facts

ROOT = Path(__file__).parent.parent


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file except the templates, with the text that it should have."""
    yield rds_facts.FACTS, rds_facts.text()
    yield elasticache_facts.FACTS, elasticache_facts.text()
    yield region_facts.TABLE, region_facts.text()
    yield ROOT / "blogstack.schema.json", json_schema()
    for name, text in reference_pages.pages().items():
        yield reference_pages.FOLDER / name, text
    yield agent_pages.SKILL, agent_pages.skill()
    yield agent_pages.INDEX, agent_pages.index()
    yield from example_files.files()
    yield architecture.PICTURE, architecture.text()


def out_of_date(files: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """The files that do not have the text that they should have, each with that text."""
    return {path: text for path, text in files if not path.exists() or path.read_text("utf-8") != text}


def main(arguments: list[str]) -> int:
    """Renew the generated files and templates/out/, or compare them; returns the exit status."""
    different = out_of_date(files())
    names = [str(path.relative_to(ROOT)) for path in different]
    if arguments == ["--check"]:
        names += ["templates/out/"] if _compile("--check") else []
        if names:
            sys.stderr.write(f"out of date: {', '.join(names)}; run `make generate`\n")
        return 1 if names else 0
    for path, text in different.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if names:
        sys.stderr.write(f"wrote {', '.join(names)}\n")
    return _compile()


def _compile(*options: str) -> int:
    """Run `blogstack compile`, without the commands that it prints; returns its exit status."""
    command = [sys.executable, "-m", "blogstack", "compile", *options]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode  # noqa: S603 (ours)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
