"""The pages are correct: links work, YAML compiles and Python parses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cfnlint.api import lint

from blogstack.config import Config
from blogstack.config.fields import fields_of
from blogstack.pipeline import validate_text
from blogstack.reports.text import as_text
from tests.conftest import ROOT
from tests.support.console import MINIMAL, Run
from tests.support.diagnostics import HELLO, diagnose
from tests.support.second_judge import judge
from tools.site import DOCS, links

FOLDERS = (DOCS, ROOT / "examples", ROOT / "skills", ROOT / "blogstack" / "help")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in folder.rglob("*.md"))])
OURS = [page for page in PAGES if not page.is_relative_to(ROOT / "blogstack")]
BLOCK = re.compile(r"^( *)```(yaml|python)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
GENERATED = DOCS / "reference" / "language.md"  # every key at once, of which some exclude each other


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [path for path, _ in links(page.read_text("utf-8")) if not (page.parent / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_celery_beat_writes_to_tmp(page: Path) -> None:
    """By default it writes its schedule where it starts, and that file system is read-only."""
    commands = re.findall(r"\[celery, [^]]*beat\b[^]]*\]", page.read_text("utf-8"))
    assert all("--schedule, /tmp/" in command for command in commands)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Each block of code in a language, with an ID of its page and line."""
    for page in OURS:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            if match[2] == language and page != GENERATED:
                line = text.count("\n", 0, match.start()) + 1
                yield f"{_name(page)}:{line}", re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE)


def configurations() -> Iterator[tuple[str, str]]:
    """The YAML that is a blogstack.yaml, or a part of one."""
    for name, text in blocks("yaml"):
        keys = set(re.findall(r"^([\w-]+):", text, re.MULTILINE))
        if keys and keys <= fields_of(Config).keys():
            yield name, text


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in configurations()])
def test_yaml_compiles(name: str, text: str) -> None:
    """Completes a part of a file with what is missing. The reference's examples need other keys next to them."""
    own = set(re.findall(r"^([\w-]+):", text, re.MULTILINE))
    rest = "" if "name" in own else "".join(f"{x}\n" for x in HELLO.splitlines() if x.split(":")[0] not in own)
    errors = [str(d.message) for d in diagnose("blogstack.yaml", (rest + text).encode()) if d.is_error]
    assert not errors or "reference/language/" in name, errors


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in blocks("python")])
def test_python_is_python(name: str, text: str) -> None:
    ast.parse(text, name)


class TestReadme:
    """The README's short file and the text about it."""

    TEXT = (ROOT / "README.md").read_text("utf-8")

    def test_is_short(self) -> None:
        assert len(self.TEXT.splitlines()) < 150

    def test_the_error_is_what_the_compiler_reports(self) -> None:
        (shown,) = re.findall(r"```\n(blogstack.yaml:.*?)```", self.TEXT, re.DOTALL)
        content = f"{MINIMAL}\nservice:\n  cpu: 512\n  memory: 8192\n".encode()
        compilation = validate_text("blogstack.yaml", content)
        assert shown in as_text([compilation])

    def test_the_cost_is_what_the_command_says(self, run: Run) -> None:
        (file,) = re.findall(r"```yaml\n(.*?)```", self.TEXT, re.DOTALL)
        Path("blogstack.yaml").write_text(file)
        (total,) = re.findall(r"^total +([\d.]+) +([\d.]+)$", run("cost").stdout, re.MULTILINE)
        low, high = (round(float(amount)) for amount in total)
        assert f"{low} US dollars a month with two tasks and {high} with ten" in self.TEXT


@pytest.mark.slow
def test_the_template_for_static_files_is_sound() -> None:
    """cfn-lint and AWS's own validator find no error in it, and no warning."""
    ((_, text),) = (each for each in blocks("yaml") if each[1].startswith("# static.yaml"))
    assert not [match for match in lint(text, regions=["us-east-1"]) if match.rule.id[0] in "EW"]
    assert judge(text) == set()
