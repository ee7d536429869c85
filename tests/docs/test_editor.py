"""The pictures of the editor show what the language server answers today; `python -m tools.editor` renews them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.conftest import ROOT
from tests.language_server.editor import Editor, editor
from tools.editor import CHOSEN, COMPLETION, MISTAKES, SCHEMA, TYPED
from tools.terminal import IMAGES

pytestmark = pytest.mark.slow
OUTDATED = "run `python -m tools.editor`: the picture is out of date"
_TEXT = re.compile(r'<text class="editor-r[^>]* x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]*)</text>')


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("folder")
    (folder / SCHEMA).write_bytes((ROOT / SCHEMA).read_bytes())
    with editor(folder, {}) as started:
        yield started


def rows(picture: Path) -> list[str]:
    """The rows of a picture, with each character in its column."""
    found: dict[float, str] = {}
    for x, y, width, escaped in _TEXT.findall(picture.read_text("utf-8")):
        text = html.unescape(escaped).replace("\xa0", " ")
        if text.strip():  # not the ends of the lines
            column = round(float(x) / (float(width) / len(text)))
            found[float(y)] = found.get(float(y), "").ljust(column) + text
    return [text.rstrip() for _, text in sorted(found.items())]


def test_the_mistakes(opened: Editor) -> None:
    shown = rows(IMAGES / "editor-mistakes.svg")
    text = MISTAKES.replace("|", "")
    told = {one.range.start.line: one.message for one in opened.underlined({"mistakes.yaml": text})["mistakes.yaml"]}
    assert len(told) == 4
    for number, line in enumerate(text.splitlines()):
        message = f"   ■ {told[number]}" if number in told else ""
        assert shown[number] == f"{number + 1:3} {line}{message}".rstrip(), OUTDATED


def test_the_completion(opened: Editor) -> None:
    shown = rows(IMAGES / "editor-completion.svg")
    written = COMPLETION.replace("|", TYPED).splitlines()
    assert shown[: len(written)] == [f"{n:3} {line}".rstrip() for n, line in enumerate(written, 1)], OUTDATED
    menu = shown[len(written) :]
    offered = {item.label: item for item in opened.completion("completed.yaml", COMPLETION)}
    names = sorted(name for name in offered if name.startswith(TYPED))
    assert [row.split()[0] for row in menu[: len(names)]] == names, OUTDATED
    documentation = offered[CHOSEN].documentation
    assert isinstance(documentation, lsp.MarkupContent)
    words = documentation.value.replace("`", "").split()  # Neovim may hide the marks of Markdown
    column = menu[0].index(words[0])
    assert " ".join(row[column:] for row in menu).replace("`", "").split() == words, OUTDATED
