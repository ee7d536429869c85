"""Exports in use that go or change: what is said of every pair of accept cases, tried by the rules of CloudFormation.

tests/deploy/test_exports.py deploys an edit of each kind to the emulated AWS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pytest

from blogstack.diff.compare import compare
from blogstack.diff.model import Comparison, Refusal
from blogstack.diff.references import exports, imports, references
from blogstack.diff.snapshots import Snapshot
from blogstack.pipeline import compile_text
from tests.cases import ACCEPT, NAMES
from tests.support.templates import Tree, read

read_once = cache(read)
imports_of = cache(lambda text: frozenset(imports(read_once(text))))


@cache
def templates(case: str) -> dict[str, str]:
    """The templates of an accept case, or of its last environment, by stack, as if all cases had one name."""
    text = re.sub("(?m)^name: .*", "name: blog-api", (ACCEPT / case / "blogstack.yaml").read_text())
    compilation = compile_text("x.yaml", text.encode())
    own = "-".join(("blog-api", *compilation.environments[-1:]))
    found = [each for each in compilation.templates if each.stack_name.startswith((f"{own}-", "blog-api-registry"))]
    assert found, compilation.diagnostics
    return {each.stack_name.replace(own, "blog-api", 1): each.text.replace(own, "blog-api") for each in found}


@cache
def snapshot(case: str) -> Snapshot:
    return {stack: read_once(text) for stack, text in templates(case).items()}


class Refused(Exception):
    """A change that CloudFormation refuses."""


class Account:
    """The deployed stacks. An export in use is neither removed nor changed, and every import exists.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    """

    def __init__(self, before: str, after: str, comparison: Comparison) -> None:
        self.there, self.new = dict(templates(before)), templates(after)
        self.moved = {
            (stack.stack, each.logical_id)
            for stack in comparison.stacks
            for each in stack.resources
            if each.effect.moves
        }

    def bring(self, stack: str) -> None:
        """Deploy the new template of a stack; delete a stack that is no longer in the templates."""
        old, new = self.there.get(stack), self.new.get(stack)
        others = [text for name, text in self.there.items() if name != stack]
        kept = exports_of(new)
        used = frozenset[str]().union(*map(imports_of, others))
        for name, value in exports_of(old).items():
            moved = old != new and any((stack, target) in self.moved for target, _ in references(value))
            if name in used and (kept.get(name) != value or moved):
                raise Refused(f"{stack} exports {name}, which is in use")
        wanted = {name for name in (imports_of(new) if new else ()) if name.startswith("blog-api-")}
        if missing := wanted.difference(*map(exports_of, others)):
            raise Refused(f"{stack} imports {missing}, which nothing exports")
        self.there.pop(stack, None)
        self.there |= {stack: new} if new else {}

    def bring_all(self, stacks: Iterable[str]) -> str:
        """Deploy or delete stacks in turn; what CloudFormation refuses of it, or ""."""
        try:
            for stack in stacks:
                self.bring(stack)
        except Refused as refused:
            return str(refused)
        return ""

    def never(self) -> set[str]:
        """The stacks that no order can deploy; deploying the others never blocks another."""
        left = {*self.there, *self.new}
        while done := {stack for stack in left if not self.bring_all([stack])}:
            left -= done
        return left


@cache
def exports_of(text: str | None) -> Tree:
    return exports(read_once(text)) if text else {}


def refusals_of(comparison: Comparison) -> list[tuple[str, Refusal]]:
    return [(stack.stack, refusal) for stack in comparison.stacks for refusal in stack.refusals]


@pytest.mark.slow
@pytest.mark.parametrize("before", NAMES)
def test_every_pair_deploys_or_is_answered(before: str) -> None:
    """The stacks deploy in their order, or the message says correctly which come first, or that no order works."""
    for after in NAMES:
        comparison = compare(snapshot(before), snapshot(after), {})
        refused = Account(before, after, comparison).bring_all(snapshot(after))
        refusals = refusals_of(comparison)
        assert bool(refused) == bool(refusals), (after, refused, refusals)
        never = Account(before, after, comparison).never() if refusals else set()
        for stack, refusal in refusals:
            assert bool(refusal.steps) == (stack not in never), (after, refusal)
            if refusal.steps:
                steps = [*refusal.steps, stack]
                assert not Account(before, after, comparison).bring_all(steps), (after, refusal)
        if not never:
            steps = [step for _, refusal in refusals for step in refusal.steps]
            assert not Account(before, after, comparison).bring_all([*steps, *snapshot(after)]), after


ANSWERS = {
    ("django", "minimal"): "first deploy blog-api-service, then deploy blog-api-tasks",
    ("database-variables", "alarms"): "first deploy blog-api-tasks and blog-api-service, then deploy blog-api-database",
    ("celery", "minimal"): "first delete blog-api-cleanup",
    ("secrets", "django"): "no order of the stacks allows it",
    ("minimal", "internal"): "blog-api-service would still import it: undo the change",
}
"""Two cases, and the first words of the message: the five kinds of answers."""


@pytest.mark.parametrize(("before", "after"), ANSWERS)
def test_answer(before: str, after: str) -> None:
    remedies = {refusal.remedy for _, refusal in refusals_of(compare(snapshot(before), snapshot(after), {}))}
    assert any(remedy.startswith(ANSWERS[before, after]) for remedy in remedies), remedies
