"""cfn-lint over the templates; a finding points at the line of the user's file that the resource comes from.

The only file that imports cfnlint, and only when there is something to lint: the import alone takes longer than the
compilation. Every rule is on, including informational ones; the user's .cfnlintrc is not read, so that a verdict is the
same on every machine.

This module is safe to call from threads. cfn-lint is not: its rules are objects that keep state about the template. So
a process lints one template at a time, and several templates are linted by one process per core, if that is safe.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from blogstack.diagnostics import Code, Diagnostic, Span
from blogstack.lint.cache import LintCache, key
from blogstack.records import Record
from blogstack.source.document import KeyPath
from blogstack.words import did_you_mean

if TYPE_CHECKING:
    from cfnlint.config import ConfigMixIn
    from cfnlint.rules import Rules

_SETTINGS = "include_checks=I"
_LOCK = threading.Lock()
"""Held while cfn-lint runs in this process."""

Origins = Mapping[KeyPath, Span]
"""Where in the user's file a resource comes from, by its logical ID; by a path below it, the place of its override; by
(), the place of the stack's overrides."""

_CHOICE_KEYWORDS = frozenset({"enum", "enumCaseInsensitive", "ref", "fn_getatt"})
_CHOICE_RULES = frozenset({"E3005", "W3037"})
"""DependsOn and the actions of IAM policies: their keyword, `cfnLint`, does not say that the message lists choices."""


class Job(Record):
    """A template's text and the region that it is for."""

    text: str
    region: str


class Finding(Record):
    """What cfn-lint reports: rule, message, path in the template, and the JSON Schema keyword that failed."""

    rule: str
    message: str
    path: tuple[str | int, ...]
    keyword: str | None = None


def lint(jobs: Sequence[Job], cache: LintCache) -> list[tuple[Finding, ...]]:
    """Lint templates, except those that `cache` knows to be clean; returns the findings of each, in order."""
    from importlib.metadata import version

    keys = [key(version("cfn-lint"), _SETTINGS, job.region, job.text) for job in jobs]
    due = [number for number, name in enumerate(keys) if not cache.is_clean(name)]
    due.sort(
        key=lambda number: -len(jobs[number].text)
    )  # the longest first, so that all cores finish at about the same time
    results: list[tuple[Finding, ...]] = [()] * len(jobs)
    if not due:
        return results
    with _LOCK:
        for number, findings in zip(due, _lint_all([jobs[number] for number in due]), strict=True):
            results[number] = findings
            if not findings:
                cache.remember_clean(keys[number])
    return results


def place(findings: Sequence[Finding], stack: str, origins: Origins) -> Iterator[Diagnostic]:
    """The findings on a stack's template as diagnostics in the user's file."""
    for finding in findings:
        resource = str(finding.path[1]) if len(finding.path) > 1 and finding.path[0] == "Resources" else ""
        where = f"{resource} in {stack}" if resource else stack
        message, help = _message_and_help(finding)
        yield Diagnostic(Code.LINT, f"cfn-lint {finding.rule} on {where}: {message}", _origin(finding, origins), help)


def _origin(finding: Finding, origins: Origins) -> Span | None:
    """The place of the nearest origin above a finding; a missing property may have been removed by an override."""
    path = finding.path[1:] if finding.path[:1] == ("Resources",) else ()
    if finding.keyword == "required":
        path += tuple(_quoted(finding.message)[:1])
    return next((origins[path[:end]] for end in range(len(path), -1, -1) if path[:end] in origins), None)


def _message_and_help(finding: Finding) -> tuple[str, str]:
    """A finding's message and remedy; of a long list of choices only the nearest."""
    if finding.keyword in _CHOICE_KEYWORDS or finding.rule in _CHOICE_RULES:
        word, *choices = _quoted(finding.message) or [""]
        if near := did_you_mean(word, choices):
            return f"{word!r} is unknown", f"did you mean {near!r}?"
    return textwrap.shorten(finding.message, 300), f"cfn-lint's docs/rules.md explains rule {finding.rule}"


def _quoted(message: str) -> list[str]:
    """The words in quotation marks of a message that begins with one."""
    return re.findall(r"'(.*?)'", message) if message.startswith("'") else []


def _lint_all(jobs: Sequence[Job]) -> Iterator[tuple[Finding, ...]]:
    workers = min(_cores(), len(jobs))
    # A fork copies the locks that other threads hold, but not the threads, so they would never be released.
    if workers < 2 or threading.active_count() > 1:
        yield from map(_lint_one, jobs)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    if sys.platform == "linux":
        _rules()  # before the fork, so that the workers have cfn-lint and its rules loaded
    method = "fork" if sys.platform == "linux" else "spawn"
    with _undisturbed():
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context(method))
        results = pool.map(_lint_one, jobs)
    with pool:
        yield from results


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Block Ctrl-C, which reaches every process of a terminal; processes started in the meantime never get it."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _lint_one(job: Job) -> tuple[Finding, ...]:
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner import run_template_by_data

    template, errors = decode_str(job.text)
    matches = errors or run_template_by_data(template, _config(job.region), _rules())
    # Plain strings and numbers: cfn-lint's contain their place in the template, and cannot be sent between processes.
    findings = [
        Finding(
            str(match.rule.id),
            str(match.message),
            tuple(map(_plain, getattr(match, "path", None) or ())),
            getattr(match, "validator", None),
        )
        for match in matches
    ]
    return tuple(sorted(findings, key=lambda finding: (str(finding.path), finding.rule, finding.message)))


def _plain(step: str | int) -> str | int:
    return int(step) if isinstance(step, int) else str(step)


@cache
def _rules() -> Rules:
    """cfn-lint's rules, the same for every region."""
    collecting = gc.isenabled()
    gc.disable()  # what is loaded here is never freed, so the garbage collector need not visit it, here or in a worker
    try:
        from cfnlint.runner import Runner

        rules = Runner(_config("us-east-1")).rules
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
    return rules


@cache
def _config(region: str) -> ConfigMixIn:
    from cfnlint.config import ConfigMixIn

    return ConfigMixIn([], regions=[region], include_checks=["I"], config_file=os.devnull)
