"""blogstack.yaml in an editor: what yaml-language-server underlines, offers and shows, asked as editors ask it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from blogstack.config import Config
from blogstack.config.fields import marked
from blogstack.config.marks import Shared
from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.source.document import NAME, KeyPath
from blogstack.source.environments import ENVIRONMENTS
from blogstack.templates.render import flow
from tests.cases import ACCEPTED, REJECTED
from tests.conftest import ROOT
from tests.language_server.editor import Editor, editor
from tests.support.console import Run
from tests.support.diagnostics import expected_in

pytestmark = pytest.mark.slow
MODELINE = "# yaml-language-server: $schema=./blogstack.schema.json\n"
KEYS = keys()

ELSEWHERE = {
    "alias": "YAML allows anchors and aliases",
    "alias-exploding": "the same",
    "alias-recursive": "the same",
    "merge-key": "the same, and merge keys",
    "key-empty": "YAML allows an empty key, and the server has no line for one that is unknown",
    "key-empty-on-a-line": "the same",
    "key-list": "YAML allows a list as a key",
    "tag-type": "YAML allows tags",
    "two-documents": "a file of YAML may hold several",
    "yaml-brace-not-closed": "the server sees at the end of the file what is open since the line before",
    "yaml-bracket-not-closed": "the same",
    "yaml-indented-more-after-text": "the server underlines the line above, whose value goes on",
    "empty-values": "nothing behind a colon is null",
    "type-whole-number": "an editor reads 03 and 1e2 as numbers",
    "schedule-names": "two items of a list with the same name",
    "overrides-nulls": "null in a list, anywhere in CloudFormation's properties",
    "environments-missing": "what an environment and the base make together",
    "sidecars-in-environments": "the same",
    "routes": "a route with neither key, and how many patterns both have",
    "other-tool-compose": "`services` is a key of ours too",
}
"""Cases about single keys or sizes for which the editor does not mark every line, and why."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor that knows the schema by its settings."""
    with editor(tmp_path_factory.mktemp("folder"), {(ROOT / "blogstack.schema.json").as_uri(): ["*.yaml"]}) as started:
        yield started


def test_no_accept_case_is_underlined(opened: Editor) -> None:
    texts = {f"{path.parent.name}.yaml": path.read_text() for path in ACCEPTED}
    found = opened.underlined(texts)
    assert {name: [told.message for told in all_told] for name, all_told in found.items() if all_told} == {}
    assert found.keys() == texts.keys()


def test_reject_cases_are_underlined_on_the_same_lines(
    opened: Editor, record_property: Callable[[str, object], None]
) -> None:
    """Every line that the compiler finds wrong in a file's shape or in a task size, but for the cases above."""
    texts = {path.stem: path.read_text() for path in REJECTED}
    lines = {name: wrong for name, text in texts.items() if (wrong := lines_of_shape(text))}
    found = opened.underlined({f"{name}.yaml": texts[name] for name in lines})
    missed = {}
    for name, wrong in lines.items():
        underlined = {told.range.start.line + 1 for told in found[f"{name}.yaml"]}
        if unseen := wrong - underlined:
            missed[name] = unseen
    whole, some = len(lines) - len(missed), sum(map(len, lines.values()))
    seen = some - sum(map(len, missed.values()))
    share = f"{whole} of {len(lines)} reject cases of shape and size, and {seen} of their {some} lines"
    record_property("counted", f"the editor alone catches {share}")
    assert missed.keys() == ELSEWHERE.keys(), missed


def lines_of_shape(text: str) -> set[int]:
    """The lines of a reject case on which the compiler finds an error in the YAML, its shape or a task size."""
    told = [expected for expected in expected_in(text) if expected.letter == "E"]
    return {e.line for e in told if e.line and (e.code < "BS3" or e.code == Code.TASK_SIZE.id)}


def test_what_is_not_of_shape_is_not_underlined(opened: Editor) -> None:
    """Rules and warnings are the compiler's: a file that breaks nothing else is clean in the editor."""
    texts = {path.name: path.read_text() for path in REJECTED if not lines_of_shape(path.read_text())}
    assert len(texts) > 50
    found = opened.underlined(texts)
    assert {name: [told.message for told in all_told] for name, all_told in found.items() if all_told} == {}


def test_a_wrong_size_is_underlined_with_the_choices(opened: Editor) -> None:
    text = "name: blog-api\nregion: us-east-1\nservice:\n  cpu: 0.5 vCPU\n  memory: 8 GB\n"
    (told,) = opened.underlined({"size.yaml": text})["size.yaml"]
    assert told.message == "with cpu 512 choose 1024, 2048, 3072 or 4096"
    assert (told.range.start.line, told.range.start.character, told.range.end.character) == (4, 10, 14)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: Blog_API", "expected a service name, at most 30 characters (start with a lower-case letter"),
        ("service: {stop_timeout: 5 minutes}", "expected duration, 2s to 2m"),
        ("service: {cpu: 2 vCPU}", "the default memory 1024 fits cpu 256 or 512: add memory"),
        ("servce: {cpu: 512}", "Property servce is not allowed."),
        ("network: {create: {egress: nat}, existing: {vpc_id: vpc-01234567}}", "keep one of existing and create"),
        ("environments: {prod: {service: {cpu: 2048}}}", "cpu 2048 does not fit the memory outside of the env"),
        ("environments: {prod: {region: us-east-1}}", "Property region is not allowed."),
    ],
)
def test_what_an_editor_says(opened: Editor, text: str, message: str) -> None:
    """The limits in words, no regular expression."""
    given = {"name": "name: blog-api\n", "region": "region: us-east-1\n"}
    rest = "".join(line for key, line in given.items() if not text.startswith(key))
    told = opened.underlined({f"{abs(hash(text))}.yaml": rest + text + "\n"}).popitem()[1]
    assert [one.message for one in told if one.message.startswith(message)], told


def at(path: KeyPath) -> str:
    """A file in which `|` stands where the keys of the mapping at a path are written."""
    lines, indent = [], ""
    for step in path:
        if step == 0:
            continue
        lines.append(f"{indent}{'any' if step == NAME else step}:")
        indent += "  "
    text = "\n".join(lines) + "\n" + indent
    return text + ("- |" if path and path[-1] == 0 else "|")


def inside(key: Key) -> KeyPath:
    """Where the keys of the mapping that a key holds are written: in its list, or below a name, if it has those."""
    return next(other.path[:-1] for other in KEYS if other.path[: len(key.path)] == key.path and other != key)


SECTIONS = {(): list(Config.model_fields), **{inside(k): list(k.section.model_fields) for k in KEYS if k.section}}


@pytest.mark.parametrize("path", SECTIONS, ids=lambda path: ".".join(map(str, path)) or "top")
def test_completion_lists_the_keys_of_each_level(opened: Editor, path: KeyPath) -> None:
    offered = opened.completion("completed.yaml", at(path))
    known = [item.label for item in offered if item.kind == lsp.CompletionItemKind.Property]
    assert sorted(known) == sorted(SECTIONS[path])


def test_completion_in_an_environment(opened: Editor) -> None:
    """The same keys, without those that all environments share."""
    offered = {item.label for item in opened.completion("completed.yaml", at((ENVIRONMENTS, "prod")))}
    shared = {field.name for field, mark in marked(Config, Shared) if mark.unless is None}
    assert offered == set(Config.model_fields) - shared
    offered = {item.label for item in opened.completion("completed.yaml", at((ENVIRONMENTS, "prod", "image")))}
    assert offered == {"uri", "credentials", "architecture"}


@pytest.mark.parametrize("path", [(), (ENVIRONMENTS, "prod"), ("service",), (ENVIRONMENTS, "prod", "service")])
def test_an_accepted_key_has_its_colon_and_no_guess(opened: Editor, path: KeyPath) -> None:
    """Only values of the key are inserted: not its name, and not the same choice fourteen times."""
    for item in opened.completion("completed.yaml", at(path)):
        inserted = item.insert_text or ""
        if item.kind == lsp.CompletionItemKind.Property:
            assert inserted.startswith(f"{item.label}:")
            assert f"{{1:{item.label}}}" not in inserted and "|" not in inserted


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("service:\n  secrets:\n    TOKEN: |", ["generate"]),
        ("service:\n  secrets:\n    TOKEN:\n      |", ["secretsmanager", "ssm", "key"]),
        ("service:\n  depends_on: {proxy: |}", ["START", "HEALTHY", "COMPLETE", "SUCCESS"]),
        ("deployment:\n  strategy: |", ["rolling", "blue_green", "canary", "linear"]),
        ("service:\n  cpu: 256\n  memory: |", ["512", "1024", "2048", "0.5 GB", "1 GB", "2 GB"]),
        ("service:\n  exec: |", ["true", "false"]),
        ("logs:\n  retention: |", ["1", "3", "5", "7", "14", "30", "3653"]),
    ],
)
def test_completion_lists_the_values(opened: Editor, text: str, values: list[str]) -> None:
    offered = [item.label for item in opened.completion("completed.yaml", text)]
    assert set(values) <= set(offered)


@pytest.mark.parametrize(
    "key", [key for key in KEYS if NAME not in key.path and 0 not in key.path], ids=lambda k: k.name
)
def test_no_value_is_shown_as_an_object(opened: Editor, key: Key) -> None:
    text = at(key.path[:-1]).removesuffix("|") + f"{key.path[-1]}: |"
    assert "[object Object]" not in {item.label for item in opened.completion("completed.yaml", text)}


@pytest.mark.parametrize(
    "key", [key for key in KEYS if len(key.path) == 1 and isinstance(key.example, dict)], ids=lambda key: key.name
)
def test_a_snippet_is_offered_and_holds(opened: Editor, key: Key) -> None:
    before = f"name: blog-api\nregion: ap-northeast-2\n{key.name}:\n  "
    offered = {item.label: item.insert_text for item in opened.completion("completed.yaml", f"{before}|")}
    snippet = offered[f"{key.name}: …"]
    assert snippet
    text = before + snippet.replace("\n", "\n  ") + "\n"
    (told,) = opened.underlined({f"{key.name}.yaml": text}).values()
    assert [one.message for one in told] == []


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_hover_shows_what_a_key_means(opened: Editor, key: Key) -> None:
    *parents, last = key.path
    text = at(tuple(parents)).removesuffix("|") + f"{str(last)[0]}|{str(last)[1:]}: {flow(key.example)}"
    shown = opened.hover("hovered.yaml", text)
    assert key.description in shown.replace("\\", "")
    if key.takes.startswith("one of "):
        values = key.takes.removeprefix("one of ").split(", ")
        listed = re.findall(r"^[*-] `\"?([^`\"]+)\"?`", shown.replace("\\", ""), re.MULTILINE)
        assert set(values) <= set(listed)
        assert ", ".join(values[:2]) not in shown and "one of" not in shown  # once is enough
    else:
        assert key.takes == "mapping" or key.takes[:20] in shown.replace("\\", "")


def test_what_init_writes(run: Run, tmp_path: Path) -> None:
    """The modeline points to the schema next to it: no error as it is, and a wrong value is underlined."""
    assert run("init").returncode == 0
    written = (tmp_path / "blogstack.yaml").read_text()
    assert written.startswith(MODELINE)
    with editor(tmp_path, {}) as started:
        found = started.underlined(
            {"blogstack.yaml": written, "wrong.yaml": f"{MODELINE}name: Blog\nregion: us-east-1\n"}
        )
    assert found["blogstack.yaml"] == []
    (told,) = found["wrong.yaml"]
    assert told.range.start.line == 1
