"""Requested environments, and one list of diagnostics for all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blogstack.diagnostics import Code, Diagnostic, Span, merge_environments
from blogstack.pipeline import UnknownEnvironment, compile_text, validate_text
from tests.support.console import MINIMAL

TWO = f"{MINIMAL}environments: {{staging: {{}}, prod: {{domain: null}}}}\n".encode()


@pytest.mark.parametrize("work", [compile_text, validate_text])
def test_an_unknown_environment(work: Callable[..., object]) -> None:
    with pytest.raises(UnknownEnvironment, match=r"blogstack\.yaml has no environment 'pord'; did you mean 'prod'"):
        work("blogstack.yaml", TWO, picked=["staging", "pord"])
    with pytest.raises(ValueError, match=r"blogstack\.yaml has no environment 'x'; it defines staging, prod"):
        work("blogstack.yaml", TWO, picked=["x"])
    with pytest.raises(ValueError, match=r"blogstack\.yaml has no environment 'x'; it defines no environments"):
        work("blogstack.yaml", MINIMAL.encode(), picked=["x"])


def test_errors_come_first() -> None:
    """An error in the file may be the reason why the environment is missing."""
    assert compile_text("blogstack.yaml", b"environments: {staging: {}", picked=["x"]).failed
    assert compile_text("blogstack.yaml", TWO + b"scaling: {min: 0}\n", picked=["staging", "x"]).failed


def test_merging() -> None:
    everywhere = Diagnostic(Code.SINGLE_TASK, "one task", Span(1, 1, 1, 2), "more")
    elsewhere = Diagnostic(Code.SINGLE_TASK, "one task", Span(2, 1, 2, 2), "more")
    some = Diagnostic(Code.PLAIN_HTTP, "no domain")
    found = {"dev": [everywhere, some], "staging": [some, everywhere], "prod": [everywhere, elsewhere]}
    assert merge_environments(found) == [
        everywhere,
        Diagnostic(Code.PLAIN_HTTP, "no domain (in dev and staging)"),
        Diagnostic(Code.SINGLE_TASK, "one task (in prod)", Span(2, 1, 2, 2), "more"),
    ]
    assert merge_environments({"": [some, everywhere]}) == [some, everywhere]
    assert merge_environments({}) == []
