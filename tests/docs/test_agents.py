"""SKILL.md and llms.txt are complete, and the commands in the skill do what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.source.document import NAME
from tests.support.console import QUIET, Run
from tools.agent_pages import INDEX, SKILL
from tools.command_page import commands
from tools.site import ROOT, pages

TEXT = SKILL.read_text("utf-8")
KEYS = keys()


def inside(text: str) -> dict[str, str]:
    """The names in a list with parentheses behind some of them, each with what is in its parentheses."""
    found: dict[str, str] = {}
    while match := re.match(r"(?:, )?(\w+)", text):
        name, text, content = match[1], text[match.end() :], ""
        if text.startswith(" ("):
            depth = end = 1
            while depth:
                end += 1
                depth += {"(": 1, ")": -1}.get(text[end], 0)
            content, text = text[2:end], text[end + 1 :]
        found[name] = content
    assert not text, text
    return found


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_is_at_its_place(key: Key) -> None:
    (line,) = re.findall(rf"^- `{key.path[0]}`: (.*)$", TEXT, re.MULTILINE)
    (top,) = [each for each in KEYS if each.path == key.path[:1]]
    text = line.removeprefix(top.description).removeprefix(" (").removesuffix(")")
    for step in key.path[1:]:
        if step in (NAME, 0):
            assert text.startswith("NAME: " if step == NAME else "[]: ")
            text = text.partition(": ")[2]
        else:
            text = inside(text)[str(step)]


def test_every_command_and_code() -> None:
    assert re.findall(r"^- `blogstack (\w+)`: ", TEXT, re.MULTILINE) == list(commands())
    assert re.findall(r"^- (BS\d+) ", TEXT, re.MULTILINE) == [code.id for code in Code]


def test_the_index_has_every_page() -> None:
    listed = set(re.findall(r"/main/(\S+\.md)\)", INDEX.read_text("utf-8")))
    found_by_others = ("decisions/", "reference/codes/")
    expected = {
        path.relative_to(ROOT).as_posix()
        for path, name in pages().items()
        if path.suffix == ".md" and not name.startswith(found_by_others)
    }
    assert listed == expected | {SKILL.relative_to(ROOT).as_posix()}


def test_the_front_matter_is_that_of_a_skill() -> None:
    """https://agentskills.io/specification: a name of at most 64 characters, a description of at most 1024."""
    name, description = re.findall(r"\A---\nname: ([a-z-]{1,64})\ndescription: (.{1,1024})\n---\n", TEXT)[0]
    assert name == SKILL.parent.name
    assert "blogstack.yaml" in description


@pytest.mark.slow
def test_the_way_of_working(run: Run) -> None:
    """Each command of the list, on a file with an error and on the file without it."""
    Path("blogstack.yaml").write_text(QUIET + "service: {memroy: 2048}\n")
    (error,) = json.loads(run("validate", "--diagnostics", "json").stdout)
    assert {"code", "message", "line", "column", "help"} <= error.keys()
    assert "memory" in error["help"]
    assert json.loads(run("explain", error["code"], "--format", "json").stdout)["name"] == error["code"]
    assert json.loads(run("explain", "service.memory", "--format", "json").stdout)["type"].startswith("MiB")
    Path("blogstack.yaml").write_text(QUIET + "service: {memory: 2048}\n")
    assert json.loads(run("validate", "--diagnostics", "json").stdout) == []
    assert run("compile").returncode == 0
    assert run("diff").returncode == 0
