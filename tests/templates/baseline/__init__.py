"""The default output against AWS Foundational Security Best Practices: one test for each control.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html

A control that the defaults do not meet is in docs/decisions/0015-security-baseline.md with its reason, and its test
checks what is so instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.templates import Tree, of_type, trees

CASE = "baseline"


def all_of(resource_type: str, case: str = CASE) -> list[Any]:
    """The properties of every resource of a type, in whatever stack."""
    found = [of_type(tree, f"AWS::{resource_type}") for tree in trees(case).values()]
    return [body["Properties"] for bodies in found for body in bodies.values()]


def only(resource_type: str, case: str = CASE) -> Any:  # noqa: ANN401 (a template)
    """The properties of the one resource of a type."""
    (properties,) = all_of(resource_type, case)
    return properties


def allowed(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Each statement that allows something, with the logical ID of the resource that it is in."""
    for logical_id, body in tree["Resources"].items():
        properties = body["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    yield logical_id, statement
