"""Laws over random configurations: few examples here, many in `make soak`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import Phase, assume, given, seed, settings

from blogstack.config.reference import keys
from blogstack.diagnostics import Code
from blogstack.pipeline import Compilation, compile_text, lint_all
from blogstack.schema import json_schema
from blogstack.source.document import NAME
from emulator import Emulator
from tests.strategies import configurations, with_environments
from tests.strategies.entries import PRIVATE, ROUTED, WORKER
from tests.support.deploying import deploy_all
from tests.support.lint import NoLintCache
from tests.support.second_judge import ACCOUNT, CLASSES, LITERAL, judge
from tests.support.templates import read

pytestmark = pytest.mark.slow
SCHEMA = jsonschema.Draft7Validator(json.loads(json_schema()))
SOAK = int(os.environ.get("BLOGSTACK_SOAK", "0"))
SLOW = (Phase.explicit, Phase.generate)  # a smaller failing example would take too long to find
LINTED, DEPLOYED = max(12, SOAK), max(5, SOAK // 10)  # both take their time: a second each, and more


def compiled(data: dict[str, Any]) -> Compilation:
    """A configuration, compiled; JSON is YAML."""
    compilation = compile_text("blogstack.yaml", json.dumps(data, ensure_ascii=False).encode())
    assume(not any(d.code is Code.TEMPLATE_TOO_LARGE for d in compilation.diagnostics))
    assert not compilation.failed, [d for d in compilation.diagnostics if d.is_error]
    return compilation


@settings(max_examples=LINTED, phases=SLOW)
@given(configurations() | with_environments())
def test_any_valid_configuration_compiles_and_lints_clean(data: dict[str, Any]) -> None:
    (linted,) = lint_all([compiled(data)], NoLintCache())
    assert not linted.failed, [d for d in linted.diagnostics if d.is_error]
    assert {rule for template in linted.templates for rule in judge(template.text)} <= {LITERAL, ACCOUNT, *CLASSES}


@given(configurations())
def test_the_container_gets_what_is_written(data: dict[str, Any]) -> None:
    """Every variable reaches the task definition exactly as in the file, whatever it looks like."""
    tree = read(compiled(data).templates[-1].text)
    container, *_ = tree["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    got = {}
    for variable in container["Environment"]:
        value = variable["Value"]
        if isinstance(value, dict) and "Fn::ImportValue" in value:  # of a store, or of another stack
            continue
        got[variable["Name"]] = value["Fn::Sub"][1]["Text"] if isinstance(value, dict) else value
    written = data.get("service", {}).get("environment", {})
    texts = {name: value for name, value in written.items() if not isinstance(value, dict)}
    expected = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in texts.items()}
    of_database = {}
    if "database" in data:
        of_database[data["database"].get("variables", {}).get("sslmode", "DATABASE_SSLMODE")] = "require"
        if existing := data["database"].get("existing"):
            known = {"port": 5432, **existing}
            of_database |= {
                f"DATABASE_{key.upper()}": str(known[key]) for key in ("host", "name", "port") if key in known
            }
    inner = data.get("services", {}).get(PRIVATE)
    url = f"http://{PRIVATE}.{data['name']}.internal:{inner['port']}" if inner else ""
    of_private = {"INNER_ENDPOINT": url} if inner else {}
    assert got == {"PORT": str(data.get("service", {}).get("port", 8000)), **of_database, **of_private, **expected}


@given(configurations() | with_environments())
def test_the_schema_accepts_what_the_compiler_accepts(data: dict[str, Any]) -> None:
    compiled(data)
    assert [error.message for error in SCHEMA.iter_errors(data)] == []


@given(with_environments())
def test_an_environment_is_the_file_that_one_would_write_without(data: dict[str, Any]) -> None:
    """Merged by hand, a service named NAME-ENVIRONMENT has the same stacks except the registry and blogstack's tags."""
    rest = {key: value for key, value in data.items() if key != "environments"}
    whole = {template.stack_name: read(template.text) for template in compiled(data).templates}
    for environment, body in data["environments"].items():
        own = f"{data['name']}-{environment}"
        by_hand = {**merged(rest, body or {}), "name": own}
        if "database" in by_hand:  # called after the service, in every environment
            by_hand["database"] = {"name": data["name"].replace("-", "_"), **by_hand["database"]}
        plain = compiled(by_hand).templates
        texts = {t.stack_name: t.text.replace(f"{own}-registry:", f"{data['name']}-registry:") for t in plain}
        texts.pop(f"{own}-registry", None)
        assert texts
        for stack, text in texts.items():
            tree = with_containers_of(read(text), own, data["name"])
            assert without_our_tags(whole.pop(stack)) == without_our_tags(tree)
    assert list(whole) in ([], [f"{data['name']}-registry"])


def with_containers_of(tree: Any, own: str, name: str) -> Any:  # noqa: ANN401 (any JSON)
    """A template whose containers are named after another application: their names are without the environment."""
    if isinstance(tree, list):
        return [with_containers_of(item, own, name) for item in tree]
    if not isinstance(tree, dict):
        return tree
    renamed = {key: with_containers_of(value, own, name) for key, value in tree.items()}
    for place, key in [
        (renamed, "ContainerName"),
        *((item, "Name") for item in renamed.get("ContainerDefinitions", ())),
    ]:
        if isinstance(place.get(key), str) and (place[key] == own or place[key].startswith(f"{own}-")):
            place[key] = name + place[key].removeprefix(own)
    return renamed


@given(configurations())
def test_overrides_are_merged_over_the_templates(data: dict[str, Any]) -> None:
    """What is not overridden stays, what is reaches the template as it is written, and null removes."""
    plain = compiled({key: value for key, value in data.items() if key != "overrides"}).templates
    for before, after in zip(plain, compiled(data).templates, strict=True):
        name, changed = before.stack_name.rsplit("-", 1)[1], data.get("overrides", {})
        of_entries = {k: v for section in ("services", "workers", "jobs") for k, v in changed.get(section, {}).items()}
        tree, own = read(before.text), changed.get(name, of_entries.get(name, {}))
        assert read(after.text) == {**tree, "Resources": merged(tree["Resources"], own)}


def test_the_strategies_know_the_whole_language() -> None:
    """Every key is in some configuration, without environments; an override's are the same in every stack."""
    unseen = {tuple(str(step) for step in key.path if step != 0) for key in keys()} - {("environments",)}

    @settings(max_examples=100, phases=[Phase.generate], derandomize=False, database=None)
    @given(configurations())
    def draws(data: dict[str, Any]) -> None:
        for drawn in paths(data):
            unseen.difference_update([path for path in unseen if _leads_to(path, drawn)])

    # Hypothesis also draws from the constants of loaded modules, so that a seed finds other keys where other
    # tests ran before: a rare key takes another round.
    for number in range(32):
        seed(number)(draws)()
        if not unseen:
            break
    assert unseen == set()


def paths(value: object, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key of a configuration; items of a list add nothing to it."""
    for key, item in value.items() if isinstance(value, dict) else ():
        yield (*at, key)
        yield from paths(item, (*at, key))
    for item in value if isinstance(value, list) else ():
        yield from paths(item, at)


def _leads_to(path: tuple[str, ...], drawn: tuple[str, ...]) -> bool:
    """Whether what was drawn is the key of that path, whatever the user's own names and an override's stack."""
    free = {1} if path[0] == "overrides" and len(path) == 4 else set()
    return len(path) == len(drawn) and all(
        own in (NAME, step) or number in free for number, (own, step) in enumerate(zip(path, drawn, strict=True))
    )


NULL_IS_A_VALUE = {
    ("scaling", "cpu"),
    ("service", "health", "ready_path"),
    ("workers", WORKER, "scaling", "cpu"),
    *(("services", name, "scaling", "cpu") for name in (ROUTED, PRIVATE)),
    *(("services", name, "health", "ready_path") for name in (ROUTED, PRIVATE)),
}


def merged(base: dict[str, Any], over: dict[str, Any], *at: str) -> dict[str, Any]:
    """One mapping over another, by the rules in docs/environments.md."""
    result = dict(base)
    for key, value in over.items():
        if value is None and (*at, key) not in NULL_IS_A_VALUE:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = None if at and at[0] == "service" and at[-1] == "secrets" else result.get(key)
            result[key] = merged(below if isinstance(below, dict) else {}, value, *at, key)
        else:
            result[key] = value
    return result


def without_our_tags(tree: Any) -> Any:  # noqa: ANN401 (any YAML)
    """A template without the tags that name service and environment."""
    if isinstance(tree, dict):
        return {key: without_our_tags(value) for key, value in tree.items()}
    if isinstance(tree, list):
        own = ("blogstack:name", "blogstack:environment")
        return [without_our_tags(item) for item in tree if not (isinstance(item, dict) and item.get("Key") in own)]
    return tree


def test_any_valid_configuration_deploys(emulator: Emulator) -> None:
    """A bounded sample, on the emulated AWS with the real AWS CLI."""

    @settings(max_examples=DEPLOYED, phases=SLOW)
    @given(configurations() | with_environments())
    def deploys(data: dict[str, Any]) -> None:
        emulator.reset()
        deploy_all(emulator, compiled(data))

    deploys()
