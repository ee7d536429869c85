"""Many services from one file: the same configuration under other names."""

import re
from pathlib import Path

_NAME = re.compile(r"^name: .*$", re.MULTILINE)


def renamed(source: str, number: int) -> str:
    """The text of a configuration with a name and domains of its own."""
    text, found = _NAME.subn(f"name: blog-{number:04}", source, count=1)
    if not found:
        raise ValueError("the configuration has no name")
    return text.replace("blog.example.com", f"blog-{number:04}.example.com")


def write_services(source: str, count: int, folder: Path) -> list[Path]:
    """Write a file for each of some services; returns the files."""
    files = [folder / f"{number:04}.yaml" for number in range(count)]
    for number, file in enumerate(files):
        file.write_text(renamed(source, number), encoding="utf-8")
    return files
