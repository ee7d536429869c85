"""docs/reference/stacks.md, generated from the compiled example that has every key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blogstack.pipeline import compile_text
from blogstack.source.template import load

EXAMPLE = Path(__file__).parent.parent / "tests" / "cases" / "accept" / "everything" / "blogstack.yaml"

_HEAD = """\
# What each stack holds

Stacks are split by how long their resources live: resources that hold data or rarely change are separate from those
that every deployment changes. A stack imports only from stacks before it, and is named after the service, its
environment and its kind, as in `blog-api-prod-network`.

Names of stacks, logical IDs and exports are a contract: see [versions](../versions.md). Your own
templates may import the exports below, as in `!ImportValue blog-api-network:VpcId`.

The tables show a file that uses nearly every key. A file with fewer keys has fewer resources and fewer stacks.
"""


def text() -> str:
    """The page."""
    compilation = compile_text(EXAMPLE.name, EXAMPLE.read_bytes())
    return _HEAD + "".join(_stack(template.stack_name, load(template.text)) for template in compilation.templates)


def _stack(name: str, tree: Mapping[str, Any]) -> str:
    description = tree["Description"].partition(": ")[2]
    rows = "".join(f"| `{logical_id}` | {body['Type']} |\n" for logical_id, body in tree["Resources"].items())
    text = f"\n## {name}\n\n{description[0].upper()}{description[1:]}.\n\n| resource | type |\n|---|---|\n{rows}"
    if exports := "".join(_exports(tree.get("Outputs", {}))):
        text += f"\n| export | value |\n|---|---|\n{exports}"
    return text


def _exports(outputs: Mapping[str, Any]) -> Iterator[str]:
    for output in outputs.values():
        if "Export" in output:
            yield f"| `{output['Export']['Name']}` | {output['Description']} |\n"
