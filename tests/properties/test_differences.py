"""`diff`, `cost` and `graph` over random configurations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings

from blogstack.cost.estimate import estimate
from blogstack.diff.causes import SourceFile, add_causes
from blogstack.diff.compare import compare
from blogstack.diff.effects import Effect
from blogstack.diff.reports.json import as_json
from blogstack.diff.reports.markdown import as_markdown
from blogstack.diff.reports.text import as_text
from blogstack.diff.snapshots import regions_of, snapshot_of
from blogstack.facts.prices import regions
from blogstack.graph.dot import as_dot
from blogstack.graph.layout import lay_out
from blogstack.graph.mermaid import as_mermaid
from blogstack.graph.picture import draw
from blogstack.pipeline import Compilation, compile_text
from tests.strategies import configurations
from tests.support.pictures import assert_readable

pytestmark = pytest.mark.slow


def compiled(data: dict[str, Any]) -> Compilation:
    compilation = compile_text("blogstack.yaml", json.dumps(data, ensure_ascii=False, indent=1).encode())
    assume(not compilation.failed)
    return compilation


@given(configurations())
def test_a_file_does_not_differ_from_itself(data: dict[str, Any]) -> None:
    compilation = compiled(data)
    assert compare(snapshot_of(compilation), snapshot_of(compilation), regions_of(compilation)).stacks == ()


@settings(max_examples=4)  # each compiles a file as often as it has keys
@given(configurations(), configurations())
def test_any_two_files_can_be_compared(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Every resource that is in both and differs is shown once, and each change in the new file has a line."""
    before, after = compiled({**old, "name": new["name"]}), compiled(new)
    comparison = compare(snapshot_of(before), snapshot_of(after), regions_of(after))
    comparison = add_causes(comparison, SourceFile("new", after.content), SourceFile("old", before.content))
    for stack in comparison.stacks:
        names = [resource.logical_id for resource in stack.resources]
        assert len(names) == len(set(names))
        for resource in stack.resources:
            assert resource.cause is not None or resource.changes or resource.renamed_from
            assert all(change.cause is not None for change in resource.changes if change.follows is None)
            assert resource.effect is not Effect.DELETED or not resource.changes
    json.loads(as_json(comparison))
    assert as_text(comparison).count("\n") >= len(comparison.stacks)
    assert as_markdown(comparison).count("<details>") == len(comparison.stacks)


@given(configurations())
def test_any_file_can_be_estimated_and_drawn(data: dict[str, Any]) -> None:
    compilation = compiled(data)
    for region in regions():
        found = estimate(snapshot_of(compilation), region)
        assert 0 <= found.idle <= found.most
    picture = draw(compilation.blueprints[0])
    assert_readable(lay_out(picture))
    assert as_mermaid(picture).startswith("flowchart")
    assert as_dot(picture).startswith("digraph")
