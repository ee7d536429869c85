"""Inputs that cannot be files with comments, such as binary ones."""

from __future__ import annotations

import pytest

from tests.cases.byte_cases import BYTES
from tests.support.diagnostics import Expected, as_expected, check_sound, diagnose, mismatch


@pytest.mark.parametrize("name", BYTES)
def test_bytes(name: str) -> None:
    content, expected = BYTES[name]
    diagnostics = diagnose("blogstack.yaml", content)
    wrong = mismatch(map(_parsed, expected), map(as_expected, diagnostics))
    if wrong:
        pytest.fail(f"{name}\n{wrong}", pytrace=False)
    check_sound(content, diagnostics)


def _parsed(text: str) -> Expected:
    place, mark, message = text.split(" ", 2)
    message, _, help = message.partition(" -> ")
    line, _, column = place.partition(":")
    return Expected(
        mark[0], mark[2:7], int(line) if column else 0, int(column) if column else None, message, help or None
    )
