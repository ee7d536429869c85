"""AWS's facts about its resource types, from the provider schemas in cfn-lint."""

from __future__ import annotations

from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER


def schema(resource_type: str, region: str = "us-east-1") -> dict[str, Any]:
    """The provider schema of a resource type."""
    found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    assert isinstance(found, dict)
    return found


def tags_property(resource_type: str) -> str | None:
    """Name of the property that holds a type's tags; None when it cannot have any."""
    tagging = schema(resource_type).get("tagging", {})
    if not tagging.get("taggable", False):
        return None
    name: str = tagging.get("tagProperty", "/properties/Tags").rsplit("/", 1)[-1]
    return name
