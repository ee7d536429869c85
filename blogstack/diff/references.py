"""Which values of a template depend on which resource or export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blogstack.diff.values import Path
from blogstack.source.template import Tree

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


def references(value: object, at: Path = ()) -> Iterator[tuple[str, Path]]:
    """The logical ID of every resource or parameter that a value depends on, with the path of the reference."""
    match value:
        case {"Ref": str(name)}:
            yield name, at
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name, at
        case {"Fn::Sub": text}:
            text, variables = text if isinstance(text, list) else (text, {})
            yield from ((name, at) for name in _PLACEHOLDER.findall(text) if name not in variables)
            yield from references(variables, at)
        case dict():
            for key, child in value.items():
                yield from references(child, at if key.startswith("Fn::") else (*at, key))
        case list():
            for number, child in enumerate(value):
                yield from references(child, (*at, f"[{number}]"))


def imports(value: object) -> Iterator[str]:
    """The name of every export that a value imports, in no order."""
    values = [value]  # without recursion, for speed: this visits every value of every template
    while values:
        value = values.pop()
        if isinstance(value, dict):
            if isinstance(name := value.get("Fn::ImportValue"), str):
                yield name
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)


def exports(tree: Tree) -> dict[str, Any]:
    """The value of each export of a template, by its name."""
    outputs = tree.get("Outputs", {}).values()
    return {output["Export"]["Name"]: output["Value"] for output in outputs if "Export" in output}


def importers(trees: Mapping[str, Tree]) -> dict[str, list[str]]:
    """What imports each export, such as `blog-api-service: Service`, from the templates of the stacks."""
    found: dict[str, list[str]] = {}
    for stack, tree in trees.items():
        for logical_id, body in tree["Resources"].items():
            for name in dict.fromkeys(imports(body)):
                found.setdefault(name, []).append(f"{stack}: {logical_id}")
    return found
