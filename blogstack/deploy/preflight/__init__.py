"""Checks of the account before a deployment begins: what would fail later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from blogstack.aws.session import AwsError, Trouble
from blogstack.deploy.preflight import (
    database,
    domain,
    image,
    names,
    network,
    other_rules,
    platform,
    quotas,
    rules,
    secrets,
)
from blogstack.deploy.preflight.account import Account, Finding, Problem, Unchecked
from blogstack.records import Record

_SIDE_BY_SIDE = 8
_CHECKS: tuple[tuple[str, Callable[[Account], Iterator[Finding]]], ...] = (
    ("the application in `uses`", platform.check),
    ("the image", image.check),
    ("the hosted zone", domain.check),
    ("names that are taken", names.check),
    ("quotas", quotas.check),
    ("free addresses", network.check),
    ("secrets", secrets.check),
    ("the weights of the listener's rules", rules.check),
    ("the rules of other applications", other_rules.check),
    ("the database's version and class", database.check),
)


class Found(Record):
    """What the checks found.

    Attributes:
        unchecked: What could not be checked, each with the reason, such as the call that AWS did not answer.
    """

    problems: tuple[Problem, ...]
    unchecked: tuple[str, ...]


def run_checks(account: Account) -> Found:
    """Check an account for the deployment of one environment; the checks run in parallel.

    Raises:
        AwsError: without valid credentials.
    """
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        results = list(threads.map(lambda check: _run(check[0], check[1](account)), _CHECKS))
    problems = tuple(problem for found, _ in results for problem in found)
    return Found(problems, tuple(text for _, unchecked in results for text in unchecked))


def _run(title: str, findings: Iterable[Finding]) -> tuple[list[Problem], list[str]]:
    """The problems that a check finds, and what it could not check: a missing permission is not a failure."""
    found: list[Problem] = []
    unchecked: list[str] = []
    try:
        for finding in findings:
            if isinstance(finding, Unchecked):
                unchecked.append(finding.text)
            else:
                found.append(finding)
    except AwsError as error:
        if error.trouble is Trouble.CREDENTIALS:
            raise
        unchecked.append(f"{title} ({error.operation})")
    return found, unchecked
