"""`overrides` in addition to its cases: nothing changes without it, and no value in it can break a template."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogstack.config.overrides import Overrides
from blogstack.pipeline import compile_text
from tests.cases import ACCEPT, EACH, NAMES, compiled
from tests.strategies.parts import TEXTS, nested
from tests.support.diagnostics import HELLO
from tests.support.templates import entries, read, trees

FUNCTIONS = ["Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::", "Fn::a b", "Fn::X: ", "Ref "]
VALUES = nested(
    TEXTS | st.integers(-(10**9), 10**9) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS.filter(bool), inner, max_size=3)
        | st.dictionaries(st.sampled_from(FUNCTIONS), inner, min_size=1, max_size=1)
    ),
)


def test_every_stack_can_be_overridden() -> None:
    """Those of services, workers and jobs by their names."""
    kinds = {kind for name in EACH for kind in trees(name) if kind not in entries(name)}
    assert kinds | {"services", "workers", "jobs"} == set(Overrides.model_fields)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if "\noverrides:" not in (ACCEPT / name / "blogstack.yaml").read_text()]
)
def test_without_overrides_nothing_changes(name: str) -> None:
    """Empty ones, of all or of a stack or of a resource, make the same bytes."""
    content = (ACCEPT / name / "blogstack.yaml").read_bytes()
    for empty in (
        "{}",
        "{service: {}}",
        "{services: {}, workers: {}, jobs: {}}",
        "{service: {TargetGroup: {}}, tasks: {TaskRole: {Properties: {}}}}",
    ):
        again = compile_text("blogstack.yaml", content + f"\noverrides: {empty}\n".encode())
        assert again.templates == compiled(name).templates


@given(VALUES)
def test_any_value_reaches_the_template_as_it_is_written(value: Any) -> None:  # noqa: ANN401 (any YAML)
    """Also what looks like a function but is not."""
    own = json.dumps({"service": {"TargetGroup": {"Properties": {"Odd": value}}}}, ensure_ascii=False)
    template = compile_text("blogstack.yaml", f"{HELLO}overrides: {own}\n".encode()).templates[-1]
    assert read(template.text)["Resources"]["TargetGroup"]["Properties"]["Odd"] == value
