"""AWS's resource types: the provider schemas that cfn-lint contains.

Read as files, because importing cfn-lint takes longer than a compilation. A test compares them with what cfn-lint's own
manager of schemas returns.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from blogstack.records import Record

PropertyPath = tuple[str, ...]
"""Names of properties from the outside in; `*` is every item of a list."""


class ResourceType(Record, kw_only=True):
    """How CloudFormation updates a resource type.

    Attributes:
        create_only: Properties whose change replaces the resource.
        maybe_create_only: Properties whose change replaces it under conditions that are not in the schema.
        identifier: Properties that are part of the resource's identifier: another one is another resource.
    """

    create_only: frozenset[PropertyPath]
    maybe_create_only: frozenset[PropertyPath]
    identifier: frozenset[PropertyPath]


@cache
def resource_type(name: str, region: str = "us-east-1") -> ResourceType | None:
    """How a type such as AWS::RDS::DBInstance is updated in a region; None for a type without a schema.

    The terms of the schema: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
    """
    schema = _schema(name, region)
    if schema is None:
        return None
    read_only = _paths(schema, "readOnlyProperties")
    return ResourceType(
        create_only=_paths(schema, "createOnlyProperties"),
        maybe_create_only=_paths(schema, "conditionalCreateOnlyProperties"),
        identifier=_paths(schema, "primaryIdentifier") - read_only,
    )


# Without `list`, which only finds resources that are in no stack:
# https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-handlers
_HANDLERS = ("create", "read", "update", "delete")


def handler_permissions(name: str, region: str = "us-east-1") -> tuple[str, ...]:
    """The IAM actions that CloudFormation calls to create, read, update and delete a type, as its schema lists them.

    The most frequent service comes first; empty for a type without a schema, or whose schema lists none.
    """
    handlers = (_schema(name, region) or {}).get("handlers", {})
    listed = [action for handler in _HANDLERS for action in handlers.get(handler, {}).get("permissions", ())]
    services = Counter(action.partition(":")[0] for action in listed)
    return tuple(sorted(set(listed), key=lambda action: (-services[action.partition(":")[0]], action)))


@cache
def action_resources(action: str) -> tuple[str, ...] | None:
    """The types of resources that an IAM action can be limited to, as in `cluster`; None for an unknown action.

    From AWS's service authorization reference, which cfn-lint contains for its rule W3037:
    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    service, _, name = action.partition(":")
    found = _actions().get(service, {}).get("Actions", {}).get(name.lower())
    return None if found is None else tuple(found.get("Resources", ()))


@cache
def _actions() -> dict[str, Any]:
    path = _folder().parent / "AdditionalSpecs" / "Policies.json"
    actions: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return actions


@cache
def _schema(name: str, region: str) -> dict[str, Any] | None:
    number = _numbers(region).get(name)
    if number is None:
        return None
    schema: dict[str, Any] = json.loads((_folder() / "resources" / f"{number}.json").read_text(encoding="utf-8"))
    return schema


def _paths(schema: dict[str, Any], keyword: str) -> frozenset[PropertyPath]:
    return frozenset(tuple(path.removeprefix("/properties/").split("/")) for path in schema.get(keyword, ()))


@cache
def _numbers(region: str) -> dict[str, str]:
    """The file of each type's schema in a region; for a region without a list, that of us-east-1, as cfn-lint does."""
    path = _folder() / "providers" / f"{region}.json"
    text = (path if path.is_file() else path.with_name("us-east-1.json")).read_text(encoding="utf-8")
    numbers: dict[str, str] = json.loads(text)
    return numbers


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")  # finds the package without running it
    assert spec is not None and spec.origin is not None, "cfn-lint is a dependency"
    return Path(spec.origin).parent / "data" / "schemas"
