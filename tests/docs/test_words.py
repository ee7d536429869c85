"""The words of messages, help texts, docstrings and pages: phrases that confused readers stay out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.test_pages import PAGES

BANNED = (
    r"\bis (?:not )?sold (?:with|on|in)\b",
    r"\bsells\b",
    r"\bstands? twice\b",
    r"\b(?:cannot|never|not) stand here\b",
    r"\btakes over nothing\b",
    r"\bwith nothing set\b",
    r"\bsettled\b",
    r"\bthe system's word\b",
    r"\b(?:is|be|not) (?:a|the) text\b",
    r"\bwrite a text\b",
    r"\bis not an amount of\b",
    r"\bthis is no `",
    r"\bwhat cannot come\b",
    r"\bwhat no stack has\b",
    r"\bis one for all\b",
    r"\bnothing takes back\b",
    r"\bis it well\b",
    r"\bfewest tasks\b",
    r"\bbuilt of th",
    r"\band leave\.",
    r"\bgoes neither with\b",
    r"\bgoes? with .* only\b",
    r"\bsays more\b",
    r"\bmend(?:s|ed|ing)?\b",
    r"\b(?:is|are|be|been|was) told\b",
    r"\btells? it\b",
    r"\bbeside\b",
    r"\bin the place of\b",
    r"\blook whether\b",
    r"\bwould tell\b",
    r"\bmove it away\b",
    r"\btakes? back\b",
    r"\bin vain\b",
    r"\bcomes? on top\b",
    r"\bat hand\b",
    r"\bgets? along\b",
    r"\bwell again\b",
    r"\bthat the internet asks\b",
    r"\bhas no room for\b",
    r"\bhow to say what\b",
    r"\bwhat is seen here\b",
    r"\bno program of yours\b",
    r"\ba project of your own\b",
    r"\bsomebody has to confirm\b",
    r"\bis left alone while\b",
    r"\bof which some exclude\b",
    r"\bgo(?:es)? on in AWS\b",
    r"\bgo(?:es)? on costing\b",
    r"\bno longer made\b",
    r"\bcannot be had\b",
    r"\bis not well\b(?!-)",
    r"\bthan should\b",
    r"\bnothing of [\w…-]+ is deployed\b",
    r"\btakes? every default\b",
    r"\bnone twice\b",
    r"\bcalled like\b",
    r"\bbehind (?:the|its|whose) colon\b",
    r"\bwhat concerns\b",
    r"\bmakes? (?:the|their) number of tasks change\b",
    r"\bmakes their number change\b",
    r"\bas good as\b",
    r"\bthe warning can stay\b",
    r"\bno two (?:\w+ )+share one\b",
    r"\bwhere they have other names\b",
    r"\bat every other start\b",
    r"\bwhen (?:the|its) stack goes\b",
    r"\bits very creation\b",
)
FOLDERS = [ROOT / "blogstack", ROOT / "emulator", ROOT / "tools"]
MODULES = sorted(path for folder in FOLDERS for path in folder.rglob("*.py"))
# Rejected files hold the messages as users see them; records of decisions may quote what was wrong.
CASES = sorted(ROOT.glob("tests/cases/reject/*/*.yaml"))
TEXTS = [page for page in PAGES if "decisions" not in page.parts] + CASES


def _found(text: str) -> list[str]:
    text = re.sub(r"\s+", " ", text)
    return [match[0] for phrase in BANNED for match in re.finditer(phrase, text, re.IGNORECASE)]


def _strings(module: Path) -> Iterator[tuple[int, str]]:
    """Each docstring, message and help text of a module with its line; what an f-string inserts is a `…`."""
    inside: set[ast.AST] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            yield node.lineno, "".join(v.value if isinstance(v, ast.Constant) else "…" for v in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.lineno, node.value


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_in_messages_and_docstrings(module: Path) -> None:
    assert [(line, found) for line, text in _strings(module) if (found := _found(text))] == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_in_pages_and_reported_messages(text: Path) -> None:
    assert _found(re.sub(r"```.*?```", "", text.read_text("utf-8"), flags=re.DOTALL)) == []


def test_a_phrase_is_found_in_an_f_string(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('def f(x):\n    return f"memory {x} is not sold " f"with cpu {x}"\n')
    assert [(line, _found(text)) for line, text in _strings(module)] == [(2, ["is not sold with"])]
