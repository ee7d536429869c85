"""Reads templates back, as CloudFormation would: short functions become the long ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from blogstack.source.template import Tree as Tree
from blogstack.source.template import load
from tests.cases import EACH, compiled

PLATFORM = "two-services-path"
"""The case whose network, cluster and load balancer another one uses."""
FOREIGN = {"search:Url", "search-staging-edge:Url", "proxy:Upstream"}
"""The values that the cases import from other applications' stacks."""


def read(text: str) -> Tree:
    """A YAML template, or a part of one, as plain data."""
    return load(text)  # type: ignore[no-any-return]


@cache
def trees(case: str) -> dict[str, Tree]:
    """The templates of one of EACH, by the last word of the stack's name: registry, network, service."""
    templates = compiled(case).templates
    return {template.stack_name.rsplit("-", 1)[1]: read(template.text) for template in templates}


def platform(case: str) -> dict[str, Tree]:
    """The templates of the application that a case uses, by the names of their stacks; none for most cases."""
    uses = any(blueprint.platform for blueprint in compiled(case).blueprints)
    return {each.stack_name: read(each.text) for each in compiled(PLATFORM).templates} if uses else {}


def edge(case: str) -> tuple[str, Tree]:
    """Name and template of the stack with the load balancer, of the case itself or of the one that it uses."""
    (blueprint,) = compiled(case).blueprints
    name = blueprint.load_balancer.stack
    return name, trees(case)["edge"] if blueprint.edge else platform(case)[name]


def entries(case: str) -> list[str]:
    """The kinds of stacks that a case has for all workloads but the service: their names."""
    blueprints = compiled(case).blueprints
    return [w.name for w in blueprints[0].workloads if w.kind != "service"] if blueprints else []


def cases_where(holds: Callable[[str], bool]) -> list[str]:
    """Those of EACH for which something is true; an error if there are none, because then a law would test nothing."""
    names = [name for name in EACH if holds(name)]
    assert names, "no case is like that"
    return names


def has(case: str, logical_id: str) -> bool:
    """Whether one of a case's templates has a resource."""
    return any(logical_id in tree["Resources"] for tree in trees(case).values())


def cases_with(logical_id: str) -> list[str]:
    """Those of EACH that have a resource."""
    return cases_where(lambda name: has(name, logical_id))


def cases_without(logical_id: str) -> list[str]:
    """Those of EACH that do not have a resource."""
    return cases_where(lambda name: not has(name, logical_id))


def resource(case: str, kind: str, logical_id: str) -> Tree:
    """The properties of one resource."""
    return trees(case)[kind]["Resources"][logical_id]["Properties"]  # type: ignore[no-any-return]


def of_type(tree: Tree, resource_type: str) -> dict[str, Tree]:
    """A template's resources of one type, by logical ID."""
    return {name: body for name, body in tree["Resources"].items() if body["Type"] == resource_type}


def stack(name: str, kind: str) -> str:
    """Name of a stack of a case."""
    (found,) = [t.stack_name for t in compiled(name).templates if t.stack_name.endswith(f"-{kind}")]
    return found


def walk(value: object) -> Iterator[tuple[str, Any]]:
    """Every key and its value, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)
