"""Every reject case gets the diagnostics that its comments expect, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blogstack.diagnostics import Code
from blogstack.pipeline import compile_text, validate_text
from tests.cases import REJECT, REJECTED
from tests.support.diagnostics import (
    HELLO,
    Expected,
    as_expected,
    check_sound,
    diagnose,
    expected_in,
    mismatch,
    rewrite,
)

OPEN = "a value or a closing bracket is missing at the end of the file"


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    content = path.read_bytes()
    text = content.decode()
    expected, diagnostics = expected_in(text), diagnose(path.name, content)
    wrong = mismatch(expected, map(as_expected, diagnostics))
    if wrong and request.config.getoption("--update-goldens"):
        path.write_bytes(rewrite(path.name, text).encode())
        pytest.fail(f"{path.name} was rewritten; it said otherwise:\n{wrong}", pytrace=False)
    if wrong:
        pytest.fail(f"{path.name}\n{wrong}", pytrace=False)
    assert path.parent.name in {e.code for e in expected}, f"{path.name} does not expect the code of its folder"
    check_sound(content, diagnostics)


@pytest.mark.parametrize("path", [*REJECT.glob("BS333/*"), *REJECT.glob("BS340/*")], ids=lambda path: path.stem)
def test_validate_finds_what_only_stacks_show(path: Path) -> None:
    """Containers that overrides name, and roles that are too long."""
    content = path.read_bytes()
    assert list(validate_text(path.name, content).diagnostics) == list(compile_text(path.name, content).diagnostics)


def test_names_of_cases() -> None:
    """Each case is in a folder of its code; names are unique among all folders and have hyphens."""
    assert sorted(REJECT.rglob("*.yaml")) == REJECTED
    assert {path.parent.name for path in REJECTED} <= {code.id for code in Code}
    names = [path.stem for path in REJECTED]
    assert [name for name in set(names) if names.count(name) > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_what_a_case_cannot_hide() -> None:
    """A wrong line, column, code, letter, message or help fails, and so does one diagnostic more or fewer."""
    text = "service:\n  cpu: 512  # E[BS301]@8 not sold -> buy # W[BS310] one task\n# E[BS402]@- too... -> help...\n"
    first, second, third = expected_in(text)
    assert first == Expected("E", "BS301", 2, 8, "not sold", "buy")
    assert second == Expected("W", "BS310", 2, None, "one task", None)
    assert third == Expected("E", "BS402", 0, None, "too...", "help...")
    assert third.fits(third._replace(message="too large", help="helps"))
    assert second.fits(second._replace(column=3, help="more"))
    for other in (
        first._replace(letter="W"),
        first._replace(code="BS302"),
        first._replace(line=3),
        first._replace(column=9),
        first._replace(message="not sold here"),
        first._replace(help=None),
    ):
        assert mismatch([first, second], [other, second]) == f"  expected  {first}\n  got       {other}"
    assert mismatch([first], []) == f"  expected  {first}"
    assert mismatch([first], [first, first]) == f"  got       {first}"
    with pytest.raises(AssertionError, match="line 2 does not say which line"):
        expected_in("a: 1\n  # E[BS201]@3 unknown key\n")


@pytest.mark.parametrize(
    ("stale", "fresh"),
    [
        (
            f"{HELLO}scaling:\n  min: 3  # E[BS205]@1 old\n  max: 2\n",
            f"{HELLO}scaling:\n  min: 3\n  max: 2  # E[BS302]@8 scaling.min 3 is above scaling.max 2\n",
        ),
        (
            f"# E[BS105]@9:9 old\n# what it is\n{HELLO}tags: [\n",
            f"# E[BS105]@6:8 {OPEN}\n# what it is\n{HELLO}tags: [\n",
        ),
        (
            f"{HELLO}port: 1 # E[BS1]\n".replace("\n", "\r\n"),
            f"{HELLO}port: 1 # E[BS1]  # E[BS201]@1 unknown key 'port'\n".replace("\n", "\r\n"),
        ),
        (
            f"{HELLO}logs: {{retention: 'one\n  week'}}\n",
            f"# E[BS204]@5:8 logs.retention: 'one week' is not supported\n{HELLO}logs: {{retention: 'one\n  week'}}\n",
        ),
    ],
)
def test_rewriting(stale: str, fresh: str) -> None:
    """`--update-goldens` writes the diagnostics, keeps the rest, and changes nothing the second time."""
    assert rewrite("case.yaml", stale) == fresh
    assert rewrite("case.yaml", fresh) == fresh
