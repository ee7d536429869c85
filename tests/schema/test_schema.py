"""The JSON Schema, as an editor uses it: what it underlines, and that every key has a description."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogstack.diagnostics import Code
from blogstack.pipeline import validate_text
from blogstack.schema import json_schema
from blogstack.source.parse import parse
from tests.cases import ACCEPTED, REJECTED
from tests.conftest import ROOT
from tests.strategies import configurations
from tests.strategies.parts import Data

SCHEMA: dict[str, Any] = json.loads(json_schema())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

BEYOND_A_SCHEMA = {
    "empty-values": "a value that is missing is null to a schema",
    "overrides-nulls": "null in a list, anywhere in CloudFormation's properties",
    "schedule-names": "two items of a list with the same name",
}


def shape_errors(path: str, content: bytes) -> set[str]:
    """The codes of what a schema can be asked about: shape, and task sizes."""
    codes = {d.code for d in validate_text(path, content).diagnostics if d.is_error}
    return {code.id for code in codes if code.id.startswith("BS2") or code is Code.TASK_SIZE}


def readable(paths: list[Path]) -> Iterator[tuple[str, bytes, Any]]:
    for path in paths:
        content = path.read_bytes()
        if not any(d.code.id.startswith("BS1") for d in validate_text(path.name, content).diagnostics):
            yield path.stem, content, parse(path.name, content).plain()


def test_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.parent.name)
def test_no_accept_case_is_underlined(path: Path) -> None:
    data = parse(path.name, path.read_bytes()).plain()
    assert [(error.json_path, error.message) for error in VALIDATOR.iter_errors(data)] == []


def test_reject_cases_are_underlined(record_property: Callable[[str, object], None]) -> None:
    """Every error of shape or task size but those beyond a schema; and nothing that the compiler takes."""
    caught = missed = 0
    for name, content, data in readable(REJECTED):
        wrong = shape_errors(name, content)
        underlined = not VALIDATOR.is_valid(data)
        if name in BEYOND_A_SCHEMA:
            assert wrong and not underlined, f"{name} is no longer beyond the schema"
            missed += 1
        elif wrong or underlined:
            assert underlined, f"{name}: {wrong}"
            caught += 1
    share = f"{caught} of {caught + missed} reject cases of shape and size"
    record_property("counted", f"the schema alone catches {share}")


def test_a_second_validator_agrees(tmp_path: Path) -> None:
    """check-jsonschema, as a hook or a workflow runs it: on every accept case, and every reject case it can read."""
    command: list[str | Path] = [
        Path(sys.executable).with_name("check-jsonschema"),
        "--schemafile",
        ROOT / "blogstack.schema.json",
    ]
    done = subprocess.run([*command, *ACCEPTED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    wrong = {}
    for name, _, data in readable(REJECTED):
        if not VALIDATOR.is_valid(data):
            (tmp_path / f"{name}.json").write_text(json.dumps(data))
            wrong[f"{name}.json"] = data
    done = subprocess.run(
        [*command, "--output-format", "json", *tmp_path.iterdir()], capture_output=True, text=True, check=False
    )
    assert {Path(error["filename"]).name for error in json.loads(done.stdout)["errors"]} == wrong.keys()


def test_a_wrong_size_is_told_with_the_choices() -> None:
    """At the memory, as in the compiler; for a default that does not match, at the cpu."""
    size = {"name": "blog-api", "region": "us-east-1", "service": {"cpu": "0.5 vCPU", "memory": 8192}}
    (error,) = VALIDATOR.iter_errors(size)
    assert error.json_path == "$.service.memory"
    assert error.schema["errorMessage"] == "with cpu 512 choose 1024, 2048, 3072 or 4096"
    (error,) = VALIDATOR.iter_errors({**size, "service": {"cpu": 1024}})
    assert error.json_path == "$.service.cpu"
    assert error.schema["errorMessage"] == "the default memory 1024 fits cpu 256 or 512: add memory"


def mappings(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (JSON)
    """Every schema of a mapping with known keys."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from mappings(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from mappings(inner)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The target of a reference."""
    name = schema.get("$ref", "").removeprefix("#/definitions/")
    return SCHEMA["definitions"][name] if name else schema


def test_no_part_is_there_twice_and_every_definition_is_used() -> None:
    text = json_schema()
    assert len(text) < 350_000
    used = [text.count(f'{{"$ref":"#/definitions/{name}"}}') for name in SCHEMA["definitions"]]
    assert min(used) > 0
    shared = [count for name, count in zip(SCHEMA["definitions"], used, strict=True) if name[0] == "_"]
    assert min(shared) > 1


def test_every_key_is_described_and_no_other_is_allowed() -> None:
    sections = [part for name, part in SCHEMA["definitions"].items() if name[0] != "_"]
    for part in [SCHEMA, *sections]:
        if "properties" in part:
            assert part["additionalProperties"] is False
            for key, own in part["properties"].items():
                assert resolved(own)["description"], key
    for key, own in SCHEMA["properties"].items():
        assert own["markdownDescription"].startswith(own["description"]), key


def test_every_value_of_an_enumeration_is_described() -> None:
    found = 0
    for part in mappings({"top": SCHEMA, **SCHEMA["definitions"]}):
        for key, own in part["properties"].items():
            for choice in [own, *own.get("anyOf", [])]:
                values = choice.get("enum", [])
                if any(isinstance(value, str) for value in values):
                    found += 1
                    assert len(choice["enumDescriptions"]) == len(values), key
                    assert all(choice["markdownEnumDescriptions"]), key
    assert found > 5


ODD_TEXTS = ["", " ", "x", "30s", "5m", "2h", "90s", "61", "1 GB", "0.5 vCPU", "512", "10.0.0.0/16", "a" * 300]
ODD_VALUES = st.sampled_from(
    [None, True, False, -1, 0, 1, 3, 59, 60, 90, 101, 999, 10**7, 1.5, *ODD_TEXTS, [], ["x"], ["x", "x"], {}, {"x": 1}]
)


@st.composite
def near_the_edge(draw: st.DrawFn) -> Data:
    """A valid configuration with one or two places changed: a value, a key that is gone, or one too many."""
    data = copy.deepcopy(draw(configurations()))
    data.pop("overrides", None)  # CloudFormation's own words
    for _ in range(draw(st.integers(1, 2))):
        node: Any = data
        for _ in range(draw(st.integers(0, 3))):
            inner = [value for value in node.values() if isinstance(value, dict) and value]
            if not inner:
                break
            node = draw(st.sampled_from(inner))
        key = draw(st.sampled_from([*node, "unknown"]))
        if key in node and draw(st.integers(0, 4)) == 0:
            del node[key]
        else:
            node[key] = copy.deepcopy(draw(ODD_VALUES))  # which may be changed in turn
        if not node:
            break
    return data


@given(near_the_edge())
def test_the_schema_agrees_with_the_compiler(data: Data) -> None:
    """On shape and task sizes, of documents that are nearly right."""
    content = json.dumps(data, ensure_ascii=False).encode()
    errors = [error.json_path for error in VALIDATOR.iter_errors(parse("x", content).plain())]
    assert bool(errors) is bool(shape_errors("x", content)), (errors, shape_errors("x", content))
