"""Every rule is in the registry, with the keys that it really reads."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from blogstack.config import Config
from blogstack.config.reference import Key, keys
from blogstack.diagnostics import Code
from blogstack.records import replace
from blogstack.rules import RULES, Rule, scopes
from blogstack.rules.recording import ANY, depends, record
from blogstack.rules.rule import File, Scope
from blogstack.source.document import NAME, KeyPath
from blogstack.words import dotted
from tests.rules.configurations import configurations, files

KEYS: dict[KeyPath, Key] = {key.path: key for key in keys()}
PREFIXES = {path[:length] for path in KEYS for length in range(len(path) + 1)}


def name_of(path: KeyPath) -> str:
    """The key that a path is in, as the reference names it; `X.*` when all keys of X are read."""
    known: KeyPath = ()
    for step in path:
        of_section = (*known, step), (*known, 0 if isinstance(step, int) else NAME)
        inner = next((candidate for candidate in of_section if candidate in PREFIXES), None)
        if inner is None:
            return f"{dotted(known)}.*" if step == ANY and KEYS[known].section else dotted(known)
        known = inner
    return dotted(known).replace("[0]", "[]").removesuffix(f".{NAME}")


def reads() -> dict[Rule, set[str]]:
    """The names of the keys that each rule over configurations reads in any of the cases."""
    found: dict[int, set[str]] = {id(rule): set() for rule in RULES}
    read: set[KeyPath] = set()

    def run(rule: Rule, subject: object) -> None:
        read.clear()
        assert all(finding.message for finding in rule.check(subject))
        found[id(rule)].update(map(name_of, read))

    def watched(scope: Scope[Config]) -> Scope[Config]:
        config = record(scope.config, read)
        return replace(scope, config=config, value=config)

    for file in files():
        for rule in RULES:
            if rule.over == File:
                run(rule, File(file.document, tuple(map(watched, file.environments))))
    for scope in configurations():
        for kind, inner in list(scopes(watched(scope))):
            for rule in RULES:
                if rule.over == kind:
                    run(rule, inner)
    return {rule: found[id(rule)] for rule in RULES if found[id(rule)]}


READS = reads()


@pytest.mark.parametrize("rule", READS, ids=lambda rule: rule.check.__name__)
def test_a_rule_reads_what_it_says(rule: Rule) -> None:
    """Exactly the declared keys; reading a key also reads its sections."""
    declared, read = set(rule.keys), READS[rule]
    assert {name for name in read if not _is_in(name, declared) and not _leads_to(name, declared)} == set()
    assert declared - read == set()


def _is_in(name: str, others: Iterable[str]) -> bool:
    return any(name == other or (other.endswith(".*") and name.startswith(other[:-1])) for other in others)


def _leads_to(name: str, others: Iterable[str]) -> bool:
    return any(other.startswith((f"{name}.", f"{name}[")) for other in others)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.check.__name__)
def test_a_rule_is_complete(rule: Rule) -> None:
    names = {key.name for key in KEYS.values()}
    assert {name.removesuffix(".*") for name in (*rule.keys, *rule.needs)} <= names
    assert rule.text.endswith(".")
    assert rule.source is None or rule.source.startswith("https://")


def test_every_code_of_a_rule_has_one() -> None:
    with_rules = {code for code in Code if code.id.startswith("BS3")}
    more = {Code.WRONG_TYPE, Code.SHARED_KEY, Code.TEMPLATE_TOO_LARGE, Code.SAME_STACK}
    assert {rule.code for rule in RULES} == with_rules | more


def test_a_finding_depends_on_what_holds_a_value_or_is_it() -> None:
    read = {("scaling", "min"), ("service", "environment", ANY)}
    for faulty in [("scaling",), ("scaling", "min"), ("service", "environment"), ("service", "environment", "A")]:
        assert depends(read, [faulty])
    for faulty in [("scaling", "max"), ("service", "secrets"), ("service", "environment", "A", "b")]:
        assert not depends(read, [faulty])
