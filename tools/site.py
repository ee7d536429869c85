"""Builds the documentation site: `make site`, or `python -m tools.site FOLDER`.

The site consists of the pages that are also read on GitHub: docs/, the changelog and the like, and blogstack/help/.
They are copied into one folder, and their links are rewritten to the copies, or to the repository for files that are
not in the site. zensical builds it in strict mode: a link to a page or a heading that does not exist is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
HELP = ROOT / "blogstack" / "help"
THEME = ROOT / "tools" / "theme"
CONFIGURATION = ROOT / "zensical.toml"
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_ITEM = re.compile(r"(?:\d+\.|-) (?=\S)")
_UP = {"codes": "\n[All codes](../codes.md)\n", "decisions": "\n[All decisions](../decisions.md)\n"}
"""The last line of a page that is not in the navigation, by its folder: a link to its list."""
_INLINE_CODE = re.compile(r"(?<=<code>)[^<]*(?=</code>)")  # code of several lines has elements in it
_HEADING = re.compile(r"(?<=>)[^<>]*(?=<a class=\"headerlink\")")
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]*")
_LONG = re.compile(r"[\w./:\[\]-]{30,}")  # on a phone a line has room for about 40
_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> Mapping[Path, str]:
    """The path in the site of every file that is in it, by its path in the repository."""
    files = {path: str(path.relative_to(DOCS)) for path in DOCS.rglob("*") if path.is_file()}
    files |= {path: f"reference/{folder}/{path.name}" for folder in ("codes", "guides") for path in _help(folder)}
    others = {"CHANGELOG": "changelog", "CONTRIBUTING": "contributing", "SECURITY": "security"}
    return files | {ROOT / f"{name}.md": f"{page}.md" for name, page in others.items()}


def links(text: str) -> Iterator[tuple[str, str]]:
    """The relative links of a page, except those in blocks of code: path, and anchor with its hash or ""."""
    for match in _LINK.finditer(_CODE.sub("", text)):
        yield match[1], match[2] or ""


def stage(folder: Path) -> None:
    """Copy all pages of the site into a folder, ready for zensical."""
    known = pages()
    for path, name in known.items():
        target = folder / "docs" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            title = f"# `{path.stem}` in detail\n\n" if path.parent.name == "guides" else ""
            text = nested(_moved(path.read_text("utf-8"), path, known))
            target.write_text(title + text + _UP.get(path.parent.name, ""), encoding="utf-8")
        else:
            shutil.copyfile(path, target)
    shutil.copytree(THEME, folder / THEME.name, dirs_exist_ok=True)
    (folder / "docs" / "decisions.md").write_text(_decisions(), encoding="utf-8")
    (folder / CONFIGURATION.name).write_text(expanded(CONFIGURATION.read_text("utf-8")), encoding="utf-8")


def nested(text: str) -> str:
    """A page with the contents of each list item indented by four.

    GitHub expects the width of the item's mark, two or three; Python-Markdown, which zensical uses, expects four
    (https://python-markdown.github.io/#differences) and would end the list.
    """
    lines: list[str] = []
    width, is_loose = 0, False
    for line in text.split("\n"):
        if mark := _ITEM.match(line):
            if is_loose and lines[-1]:  # after a second paragraph, an item needs an empty line before it
                lines.append("")
            width, is_loose = len(mark[0]), False
        elif line and not line.startswith(" "):
            width, is_loose = 0, False
        elif width and line.startswith(" " * width):
            line = "    " + line[width:]
        elif width and not line:
            is_loose = True
        lines.append(line)
    return "\n".join(lines)


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Stage and build the site in a folder; the pages are in its folder `site`."""
    stage(folder)
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--strict", "--clean"]
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 (ours)
        command, cwd=folder, env=environment, text=True, capture_output=True, timeout=120, check=False
    )
    for page in (folder / "site").rglob("*.html"):
        page.write_text(with_breaks(page.read_text("utf-8")), encoding="utf-8")
    return done


def with_breaks(page: str) -> str:
    """A page in HTML with better line breaks in names.

    An option such as `--env` is not broken after its hyphens, and a long name may be broken after a dot or a slash.
    """

    def parted(text: str) -> str:
        return _LONG.sub(lambda name: re.sub(r"(?<=[\w\]])[./](?=\w)", r"\g<0><wbr>", name[0]), text)

    page = _HEADING.sub(lambda heading: parted(heading[0]), page)
    return _INLINE_CODE.sub(lambda code: parted(_OPTION.sub(r'<span class="option">\g<0></span>', code[0])), page)


def _help(folder: str) -> list[Path]:
    return sorted((HELP / folder).glob("*.md"))


def _moved(text: str, path: Path, known: Mapping[Path, str]) -> str:
    """A page's text with its links rewritten for the site."""
    url = tomllib.loads(CONFIGURATION.read_text("utf-8"))["project"]["repo_url"]

    def moved(match: re.Match[str]) -> str:
        target, anchor = (path.parent / match[1]).resolve(), match[2] or ""
        here = Path(known[path]).parent
        if name := "decisions.md" if target == DOCS / "decisions" else known.get(target):
            return f"{Path(os.path.relpath(name, here)).as_posix()}{anchor}"
        return f"{url}/blob/main/{target.relative_to(ROOT).as_posix()}{anchor}"

    blocks = iter(_CODE.findall(text))  # code keeps what looks like a link
    return re.sub("\0", lambda _: next(blocks), _LINK.sub(moved, _CODE.sub("\0", text)))


def _decisions() -> str:
    """The list of the decision records."""
    head = "# Decisions\n\nDesign decisions that a reader may question, and the reasons: at most a page for each.\n\n"
    titles = {path: path.read_text("utf-8").partition("\n")[0].lstrip("# ") for path in DOCS.glob("decisions/*.md")}
    return head + "".join(f"- [{title}](decisions/{path.name})\n" for path, title in sorted(titles.items()))


def expanded(configuration: str) -> str:
    """The configuration with every page that an entry of the navigation, such as "reference/language/*.md", matches."""

    def names(match: re.Match[str]) -> str:
        return ", ".join(f'"{path.relative_to(DOCS).as_posix()}"' for path in sorted(DOCS.glob(match[1])))

    return re.sub(r'"([\w/-]*\*\.md)"', names, configuration)


def main(arguments: list[str]) -> int:
    """Build the site into a folder; returns the exit status."""
    folder = Path(arguments[0]).absolute()
    done = build(folder)
    sys.stderr.write(done.stdout + done.stderr)
    sys.stderr.write(f"{folder / 'site'}: serve it with python -m http.server --directory {folder / 'site'}\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
