"""Templates and environments from a text, for what compares or counts them."""

from __future__ import annotations

from collections.abc import Mapping

from blogstack.config import Config
from blogstack.config.fields import merge_rules
from blogstack.diff.snapshots import snapshot_of
from blogstack.pipeline import compile_text
from blogstack.source.environments import Environment, split
from blogstack.source.parse import parse
from tests.support.templates import Tree


def stacks_of(text: str) -> Mapping[str, Tree]:
    """The templates that a text becomes, by the name of their stack."""
    compilation = compile_text("blogstack.yaml", text.encode())
    assert not compilation.failed, compilation.diagnostics
    return snapshot_of(compilation)


def environment_of(text: str) -> Environment:
    """The one environment of a text."""
    ((environment,), _) = split(parse("blogstack.yaml", text.encode()), merge_rules(Config))
    return environment
