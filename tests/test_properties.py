"""Laws over configurations that nobody thought of: few examples here, many in `make soak`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from blogstack.compiler import Compilation, compile_text, lint_all
from blogstack.editor import json_schema
from blogstack.verdicts import NoVerdicts
from tests.aws.emulator import Emulator
from tests.deploying import deploy_all
from tests.strategies import configurations
from tests.templates import read

SCHEMA = jsonschema.Draft7Validator(json.loads(json_schema()))
SOAK = int(os.environ.get("BLOGSTACK_SOAK", "0"))
LINTED, DEPLOYED = max(12, SOAK), max(5, SOAK // 10)  # both take their time: a second each, and more


def compiled(data: dict[str, Any]) -> Compilation:
    """A configuration, compiled; JSON is YAML."""
    compilation = compile_text("blogstack.yaml", json.dumps(data, ensure_ascii=False).encode())
    assert not compilation.failed, [d for d in compilation.diagnostics if d.is_error]
    return compilation


@settings(max_examples=LINTED)
@given(configurations())
def test_any_valid_configuration_compiles_and_lints_clean(data: dict[str, Any]) -> None:
    (linted,) = lint_all([compiled(data)], NoVerdicts())
    assert not linted.failed, [d for d in linted.diagnostics if d.is_error]


@given(configurations())
def test_the_container_gets_what_is_written(data: dict[str, Any]) -> None:
    """Every variable reaches the task definition exactly as in the file, whatever it looks like."""
    tree = read(compiled(data).templates[-1].text)
    (container,) = tree["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    got = {}
    for variable in container["Environment"]:
        value = variable["Value"]
        got[variable["Name"]] = value["Fn::Sub"][1]["Text"] if isinstance(value, dict) else value
    written = data.get("service", {}).get("environment", {})
    expected = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in written.items()}
    assert got == {"PORT": str(data.get("service", {}).get("port", 8000)), **expected}


@given(configurations())
def test_the_schema_accepts_what_the_compiler_accepts(data: dict[str, Any]) -> None:
    compiled(data)
    assert [error.message for error in SCHEMA.iter_errors(data)] == []


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as started:
        yield started


def test_any_valid_configuration_deploys(emulator: Emulator) -> None:
    """A bounded sample, on the emulated AWS with the real AWS CLI."""

    @settings(max_examples=DEPLOYED)
    @given(configurations())
    def deploys(data: dict[str, Any]) -> None:
        emulator.reset()
        deploy_all(emulator, compiled(data))

    deploys()
