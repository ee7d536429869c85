"""cfn-lint over the templates; a finding is placed at the line of the user's file that made the resource.

The only file that imports cfnlint, and only when there is something to lint: the import alone takes longer than the
compilation. Every rule is on, informational ones too; the user's own .cfnlintrc is not read, so that a verdict means
the same on every machine. Several templates are linted on all cores.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import signal
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from blogstack.diagnostics import Code, Diagnostic, Span, did_you_mean
from blogstack.lint.cache import Verdicts, key
from blogstack.source.document import KeyPath

if TYPE_CHECKING:
    from cfnlint.runner import Runner

_SETTINGS = "include_checks=I"

Origins = Mapping[KeyPath, Span]
"""Where in the user's file a resource comes from, by its logical ID; by a path below it, what overrides it; by (), the
overrides of the stack."""


class Job(NamedTuple):
    """A template's text and the region that it is for."""

    text: str
    region: str


class Finding(NamedTuple):
    """What cfn-lint says: its rule, its message and the path in the template."""

    rule: str
    message: str
    path: tuple[str | int, ...]


def lint(jobs: Sequence[Job], verdicts: Verdicts) -> list[tuple[Finding, ...]]:
    """Lint templates; returns the findings of each, in the order of the jobs."""
    from importlib.metadata import version

    keys = [key(version("cfn-lint"), _SETTINGS, job.region, job.text) for job in jobs]
    due = [number for number, name in enumerate(keys) if not verdicts.is_clean(name)]
    due.sort(key=lambda number: -len(jobs[number].text))  # the longest first, so that no core ends with one alone
    results: list[tuple[Finding, ...]] = [()] * len(jobs)
    for number, findings in zip(due, _lint_all([jobs[number] for number in due]), strict=True):
        results[number] = findings
        if not findings:
            verdicts.remember_clean(keys[number])
    return results


def place(findings: Sequence[Finding], stack: str, origins: Origins) -> Iterator[Diagnostic]:
    """The findings on a stack's template as diagnostics in the user's file."""
    for finding in findings:
        resource = str(finding.path[1]) if len(finding.path) > 1 and finding.path[0] == "Resources" else ""
        where = f"{resource} in {stack}" if resource else stack
        message, help = _told(finding)
        yield Diagnostic(Code.LINT, f"cfn-lint {finding.rule} on {where}: {message}", _origin(finding, origins), help)


def _origin(finding: Finding, origins: Origins) -> Span | None:
    """The place of the deepest thing that holds a finding; what is missing may have been removed by an override."""
    missing = re.match(r"'(\w+)' is a required property", finding.message)
    path = finding.path[1:] if finding.path[:1] == ("Resources",) else ()
    path = (*path, missing[1]) if missing else path
    return next((origins[path[:end]] for end in range(len(path), -1, -1) if path[:end] in origins), None)


def _told(finding: Finding) -> tuple[str, str]:
    """A finding's message and remedy; of a long list of choices only the nearest is of use."""
    choices = re.fullmatch(r"'(.*?)' is not one of \[(.*)\]", finding.message)
    near = did_you_mean(choices[1], re.findall(r"'(.*?)'", choices[2])) if choices else None
    if choices and near:
        return f"{choices[1]!r} is unknown", f"did you mean {near!r}?"
    return textwrap.shorten(finding.message, 300), f"rule {finding.rule} is explained in cfn-lint's docs/rules.md"


def _lint_all(jobs: Sequence[Job]) -> Iterator[tuple[Finding, ...]]:
    workers = min(_cores(), len(jobs))
    if workers < 2:
        yield from map(_lint_one, jobs)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    if sys.platform == "linux":
        _runner(jobs[0].region)  # before the fork, so that the workers have cfn-lint and its rules loaded
    method = "fork" if sys.platform == "linux" else "spawn"
    with _undisturbed():
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context(method))
        results = pool.map(_lint_one, jobs)
    with pool:
        yield from results


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C, which reaches every process of a terminal, waits; processes that are started meanwhile never get it."""
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

    template, errors = decode_str(job.text)
    matches = errors or _runner(job.region).validate_template(template)
    # Plain texts and numbers: cfn-lint's own know their place in the template, and do not travel between processes.
    found = [
        Finding(str(m.rule.id), str(m.message), tuple(map(_plain, getattr(m, "path", None) or ()))) for m in matches
    ]
    return tuple(sorted(found, key=lambda finding: (str(finding.path), finding.rule, finding.message)))


def _plain(step: str | int) -> str | int:
    return int(step) if isinstance(step, int) else str(step)


@lru_cache(maxsize=4)
def _runner(region: str) -> Runner:
    """cfn-lint's runner for a region, with its rules loaded."""
    gc.disable()  # what is loaded here stays: no looking for garbage in it, now or later, nor in a worker's copy of it
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    runner = Runner(ConfigMixIn([], regions=[region], include_checks=["I"], config_file=os.devnull))
    gc.freeze()
    gc.enable()
    return runner
