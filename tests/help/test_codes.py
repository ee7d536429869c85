"""Every code has a page that explains it, and a case that reports it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from blogstack.diagnostics import Code
from blogstack.facts.fargate import TASK_SIZES
from tests.cases import REJECTED
from tests.cases.byte_cases import BYTES
from tests.cases.folder_cases import FOLDERS
from tests.conftest import ROOT
from tests.support.diagnostics import HELLO, MARK, diagnose

PAGES = ROOT / "blogstack" / "help" / "codes"
SECTIONS = ["What it means", "Why it matters in production", "How to fix it"]
EXAMPLE = re.compile(r"```yaml\n# (wrong|right)\n(.*?)```", re.DOTALL)
FIRST_OF_DOCTOR = "BS540"
PLACEHOLDER = "# [BS401] is looked for"


def test_numbers_are_unique() -> None:
    numbers = [code.id for code in Code]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"BS[1-5]\d\d", number) for number in numbers)
    assert all(
        code.subject[0].islower() or code.subject.startswith(("--", "AWS", "Fargate", "Django", "RDS")) for code in Code
    )


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(path.name for path in PAGES.iterdir()) == sorted(f"{code.id}.md" for code in Code)


@pytest.mark.parametrize("code", Code, ids=lambda code: code.id)
def test_page(code: Code) -> None:
    """The title is the code and its subject, three sections follow and none is empty."""
    text = (PAGES / f"{code.id}.md").read_text()
    first = code.subject.split()[0]
    subject = code.subject[0].upper() + code.subject[1:] if first.rstrip(",").isalpha() else code.subject
    assert text.splitlines()[0] == f"# {code.id}: {subject}"
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    assert parts[1::2] == SECTIONS
    assert all(len(part.strip()) > 40 for part in parts[2::2])
    assert text.count("```yaml") == len(EXAMPLE.findall(text)), "an example is neither wrong nor right"


def test_table_of_task_sizes() -> None:
    """The page about task sizes has the compiler's own table."""
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", (PAGES / "BS301.md").read_text(), re.MULTILINE)
    sizes: dict[int, tuple[int, ...]] = {}
    for cpu, memory in rows:
        numbers = tuple(map(int, re.findall(r"\d+", memory)))
        first, last, *step = numbers
        sizes[int(cpu)] = tuple(range(first, last + 1, step[0])) if "steps" in memory else numbers
    assert sizes == dict(TASK_SIZES)


def examples() -> Iterator[tuple[str, str, str]]:
    """Code, kind and text of each example on the pages."""
    for path in sorted(PAGES.glob("*.md")):
        for kind, text in EXAMPLE.findall(path.read_text()):
            yield path.stem, kind, text


@pytest.mark.parametrize(("code", "kind", "text"), [pytest.param(*e, id=f"{e[0]} {e[1]}") for e in examples()])
def test_example(code: str, kind: str, text: str) -> None:
    """A page's wrong example gets its code and no other error; its right example has no error and not its code."""
    own = set(re.findall(r"^\w+:", text, re.MULTILINE))
    whole = "name:" in own
    rest = "" if whole else "".join(f"{line}\n" for line in HELLO.splitlines() if line.split()[0] not in own)
    linted = f"{PLACEHOLDER}\n" if code == "BS401" else ""
    found = diagnose("blogstack.yaml", (linted + rest + text).encode())
    errors = {d.code.id for d in found if d.is_error}
    if kind == "wrong":
        assert code in {d.code.id for d in found}
        assert errors <= {code}
    else:
        assert not errors
        assert code not in {d.code.id for d in found}


def test_every_code_has_a_case() -> None:
    in_files = {mark[2] for path in REJECTED for mark in MARK.finditer(path.read_text())}
    in_bytes = {said.split()[1][2:7] for _, expected in BYTES.values() for said in expected}
    in_folders = {said[0] for case in FOLDERS.values() for said in case.said}
    # What only AWS can say before and during a deployment has its cases there; what the doctor finds, in tests/doctor.
    tests = [path.read_text() for path in (ROOT / "tests" / "deploy").rglob("test_*.py")]
    in_deployments = {code for text in tests for code in re.findall(r"BS5[123]\d", text)}
    known = in_files | in_bytes | in_folders | in_deployments
    assert known == {code.id for code in Code if code.id < FIRST_OF_DOCTOR}
