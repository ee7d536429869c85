"""Which changes replace a resource: AWS's schemas, a second validator, and AWS's pages for the rest."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from cloudformation_validate import CelEngine, TemplateContent

from blogstack.diff.compare import compare
from blogstack.diff.effects import Effect, judge
from blogstack.diff.values import MISSING
from blogstack.facts.updates import CACHE, CUSTOM_NAMES, DATA, DATABASE, INTERRUPTING, REVISED
from blogstack.lint.provider_schemas import resource_type
from tests.cases import EACH
from tests.support.schemas import schema
from tests.support.templates import trees

TYPES = sorted({body["Type"] for case in EACH for tree in trees(case).values() for body in tree["Resources"].values()})
"""Every resource type that the templates of the accept cases use."""
CREATE_ONLY = [(name, path) for name in TYPES if (known := resource_type(name)) for path in sorted(known.create_only)]
CONDITIONAL = [
    (name, path) for name in TYPES if (known := resource_type(name)) for path in sorted(known.maybe_create_only)
]


@pytest.mark.parametrize("name", TYPES)
def test_schemas_are_those_of_cfn_lint(name: str) -> None:
    """They are read as files; cfn-lint's own schema manager has the same for each type."""
    known, theirs = resource_type(name), schema(name)
    assert known is not None
    for paths, keyword in (
        (known.create_only, "createOnlyProperties"),
        (known.maybe_create_only, "conditionalCreateOnlyProperties"),
    ):
        assert {"/properties/" + "/".join(path) for path in paths} == set(theirs.get(keyword, ()))


@pytest.mark.parametrize("name", TYPES)
def test_two_judges_agree(name: str) -> None:
    """What is create-only, and what is under conditions, for AWS's cloudformation-validate (its rule I9001)."""
    known = resource_type(name)
    assert known is not None
    properties = {key: _example(value, schema(name)) for key, value in schema(name)["properties"].items()}
    text = json.dumps({"Resources": {"R": {"Type": name, "Properties": properties}}})
    report = _engine().validate_template(TemplateContent(text, "template.json"))
    found: dict[bool, set[tuple[str, ...]]] = {True: set(), False: set()}
    for each in report.diagnostics:
        if each.rule_id == "I9001":
            _, *path = str(each.property_path).removeprefix("Resources.R.").split(".")
            found["conditionally" in each.message].add(tuple(path))
    assert found == {False: known.create_only, True: known.maybe_create_only}


@pytest.mark.parametrize(
    ("name", "path"), CREATE_ONLY, ids=lambda each: each if isinstance(each, str) else ".".join(each)
)
def test_every_create_only_property_replaces(name: str, path: tuple[str, ...]) -> None:
    """A changed value and a property that is new or gone, in a template: the resource is replaced, nothing else is."""
    other = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "{}"}}
    templates = [
        {"Resources": {"R": {"Type": name, "Properties": _nested(path, value)}, "Other": other}}
        for value in ("a", "b", None)
    ]
    wanted = Effect.REVISED if name in REVISED else Effect.REPLACED
    for old, new in ((0, 1), (0, 2), (2, 0)):
        (stack,) = compare({"s": templates[old]}, {"s": templates[new]}, {"s": "eu-west-1"}).stacks
        assert [(each.logical_id, each.effect) for each in stack.resources] == [("R", wanted)]


@pytest.mark.parametrize(
    ("name", "path"), CONDITIONAL, ids=lambda each: each if isinstance(each, str) else ".".join(each)
)
def test_no_conditional_property_is_taken_for_harmless(name: str, path: tuple[str, ...]) -> None:
    """Each has a condition, or an interruption, from AWS's pages; without one it may be replaced."""
    assert judge(name, path, MISSING, "a").effect is not Effect.IN_PLACE


@pytest.mark.parametrize(
    ("name", "path", "old", "new", "effect"),
    [
        ("AWS::EC2::VPC", "InstanceTenancy", "dedicated", "default", Effect.IN_PLACE),
        ("AWS::EC2::VPC", "InstanceTenancy", "default", "dedicated", Effect.REPLACED),
        ("AWS::ECS::Service", "LaunchType", "EC2", "FARGATE", Effect.MAY_REPLACE),
        (DATABASE, "Engine", "postgres", "mysql", Effect.REPLACED),
        (DATABASE, "MultiAZ", True, False, Effect.MAY_INTERRUPT),
        (DATABASE, "BackupRetentionPeriod", 7, 14, Effect.IN_PLACE),
        (DATABASE, "BackupRetentionPeriod", 7, 0, Effect.MAY_INTERRUPT),
        (DATABASE, "DBSnapshotIdentifier", "monday", MISSING, Effect.REPLACED),
        (DATABASE, "DBInstanceClass", "db.t4g.micro", "db.t4g.small", Effect.MAY_INTERRUPT),
        (DATABASE, "EngineVersion", "16", "17", Effect.MAY_INTERRUPT),
        (DATABASE, "AllocatedStorage", "20", "50", Effect.IN_PLACE),
        (CACHE, "EngineVersion", "8.1", "8.2", Effect.IN_PLACE),
        (CACHE, "CacheNodeType", "cache.t4g.micro", "cache.t4g.small", Effect.IN_PLACE),
        ("AWS::Route53::RecordSet", "Name", "a.example.com", "b.example.com", Effect.REPLACED),
        ("AWS::ECS::TaskDefinition", "Cpu", "256", "512", Effect.REVISED),
        ("AWS::Made::Up", "Name", "a", "b", Effect.MAY_REPLACE),
    ],
)
def test_what_the_pages_of_aws_say(name: str, path: str, old: object, new: object, effect: Effect) -> None:
    assert judge(name, (path,), old, new).effect is effect


@pytest.mark.parametrize(
    ("name", "property", "old", "new", "refused"),
    [
        (DATABASE, "EngineVersion", "17.4", "16", True),
        (DATABASE, "EngineVersion", "17.4", "17", False),
        (DATABASE, "AllocatedStorage", "50", "20", True),
        (CACHE, "EngineVersion", "8.2", "8.1", True),
        (CACHE, "EngineVersion", "7.2", "8.1", False),
    ],
)
def test_what_aws_does_not_take_back(name: str, property: str, old: str, new: str, refused: bool) -> None:
    assert (judge(name, (property,), old, new).refused is not None) is refused


def test_part_of_a_create_only_property_replaces() -> None:
    """An item in a list, or a value in a mapping, of which the schema names the outside only."""
    change = ("DomainValidationOptions", "[a.example.com]", "HostedZoneId")
    assert judge("AWS::CertificateManager::Certificate", change, "a", "b").effect is Effect.REPLACED
    whole = judge("AWS::EC2::VPCEndpoint", ("DnsOptions",), MISSING, {"PrivateDnsPreference": "x"})
    assert whole.effect is Effect.REPLACED


@pytest.mark.parametrize("name", TYPES)
def test_what_the_templates_keep_holds_data(name: str) -> None:
    """Every type with a policy that keeps it, except the policies about access."""
    policies = {
        body.get("DeletionPolicy", "Delete")
        for case in EACH
        for tree in trees(case).values()
        for body in tree["Resources"].values()
        if body["Type"] == name
    }
    if policies != {"Delete"} and not name.endswith("Policy"):
        assert name in DATA


def test_tables_name_real_properties() -> None:
    for name, properties in INTERRUPTING.items():
        assert properties.keys() <= schema(name)["properties"].keys()
    for name, name_property in CUSTOM_NAMES.items():
        known = resource_type(name)
        assert known is not None
        assert (name_property,) in known.create_only


@cache
def _engine() -> CelEngine:
    return CelEngine()


def _nested(path: tuple[str, ...], value: str | None) -> dict[str, Any]:
    first, *rest = path
    if not rest:
        return {} if value is None else {first: value}
    return {first: _nested(tuple(rest), value)}


def _example(property_schema: dict[str, Any], whole: dict[str, Any], depth: int = 0) -> Any:  # noqa: ANN401 (any JSON)
    """Some value with every property inside; the validator accepts any."""
    if "$ref" in property_schema:
        name = property_schema["$ref"].split("/")[-1]
        return _example(whole["definitions"][name], whole, depth + 1) if depth < 4 else {}
    if "properties" in property_schema:
        inside = property_schema["properties"].items()
        return {key: _example(value, whole, depth + 1) for key, value in inside} if depth < 4 else {}
    kind = property_schema.get("type")
    if kind == "array":
        return [_example(property_schema.get("items", {}), whole, depth + 1)]
    return {"integer": 1, "boolean": True, "number": 1, "object": {}}.get(kind if isinstance(kind, str) else "", "a")
