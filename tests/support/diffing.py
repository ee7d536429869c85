"""Templates and environments from a text, for tests that compare or count them."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.diff.snapshots import snapshot_of
from blogstack.pipeline import compile_text, read_environments
from blogstack.source.environments import Environment
from tests.support.templates import Tree


def stacks_of(text: str) -> Mapping[str, Tree]:
    """The templates of a text, by the name of their stack."""
    compilation = compile_text("blogstack.yaml", text.encode())
    assert not compilation.failed, compilation.diagnostics
    return snapshot_of(compilation)


def environment_of(text: str) -> Environment:
    """The one environment of a text."""
    (environment,) = read_environments("blogstack.yaml", text.encode())
    return environment
