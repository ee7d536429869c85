"""`overrides`: the user's changes to the templates themselves, merged over the stacks (decision 0018).

Mappings merge, lists, scalars and CloudFormation's functions replace, null removes. A mapping over a list whose items
have a Name, such as containers and their variables, changes the items with these names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.config import Config
from blogstack.source.document import KeyPath
from blogstack.source.merging import is_function, items_by_name

OVERRIDES = "overrides"


def changes(config: Config) -> dict[str, dict[str, Any]]:
    """The user's changes as plain data, by stack and logical ID; empty for most files."""
    return {
        stack: {name: change.model_dump(exclude_unset=True, mode="json") for name, change in changed.items()}
        for stack, changed in config.overrides.by_stack().items()
    }


def override(tree: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A template with the changes to its resources; changes to other resources are ignored."""
    if not changes:
        return tree
    resources = tree["Resources"]
    changed = {name: _merged(resources[name], change) for name, change in changes.items() if name in resources}
    return {**tree, "Resources": {**resources, **changed}}


def places(changes: Mapping[str, Any], resources: Mapping[str, Any]) -> Iterator[tuple[KeyPath, KeyPath]]:
    """For each path below a template's resources that the changes affect, the path below the stack's overrides.

    A change also affects the resources that refer to the changed one, unless they are changed themselves: an ECS
    service has an error when its task definition no longer fits it.
    """
    yield (), ()
    for name, body in resources.items():
        changed = sorted(changes.keys() & set(_texts(body)))
        if changed:
            yield (name,), (changed[0],)
    for path in _paths(changes, ()):
        yield _numbered(path, resources), path


def _numbered(path: KeyPath, resources: Mapping[str, Any]) -> KeyPath:
    """A path of the overrides as the path in the template, in which items of lists have numbers."""
    found: list[str | int] = []
    here: Any = resources
    for step in path:
        known = items_by_name(here)
        if known is not None and step in known:
            here = known[str(step)]
            found.append(list(known).index(str(step)))
            continue
        found.append(step)
        inside = isinstance(here, dict) or (isinstance(here, list) and isinstance(step, int) and step < len(here))
        here = (here.get(step) if isinstance(here, dict) else here[int(step)]) if inside else None
    return tuple(found)


def _merged(below: Any, over: Any) -> Any:  # noqa: ANN401 (any YAML)
    if not isinstance(over, dict):
        return over
    if (items := items_by_name(below)) is not None and not is_function(over):
        changed = [(item, over.get(name, {})) for name, item in items.items()]
        return [_merged(item, change) for item, change in changed if change is not None]
    if not isinstance(below, dict) or is_function(below) or is_function(over):
        below = {}
    merged = {key: value for key, value in below.items() if over.get(key, value) is not None}
    return {**merged, **{key: _merged(below.get(key), value) for key, value in over.items() if value is not None}}


def _paths(value: object, at: KeyPath) -> Iterator[KeyPath]:
    """The path of everything inside a value, the outer before the inner."""
    if at:
        yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield from _paths(child, (*at, step))


def _texts(value: object) -> Iterator[str]:
    """Every text in a resource that can be a logical ID: of a Ref, a GetAtt or a DependsOn."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
