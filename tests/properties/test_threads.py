"""The compiler in a long-lived process: threads use it at once, and each gets the same bytes as in a single run."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from blogstack.diagnostics import Diagnostic
from blogstack.help.explain import explain, words
from blogstack.pipeline import Compilation, compile_text, lint_all, validate_text
from blogstack.schema import json_schema
from tests.support.lint import NoLintCache

pytestmark = pytest.mark.slow
THREADS = 4
ROUNDS = 3
# Not through tests.cases, which compiles each when it is imported: here a new process begins with nothing cached.
ACCEPT = Path(__file__).parent.parent / "cases" / "accept"
NAMES = sorted(folder.name for folder in ACCEPT.iterdir())
CONTENTS = {name: (ACCEPT / name / "blogstack.yaml").read_bytes() for name in NAMES}
BROKEN = {name: content + b"\nnonsense: [1\n" for name, content in CONTENTS.items()}
WRONG = {name: content.replace(b"region: ", b"region: x-") for name, content in CONTENTS.items()}


def everything(compilation: Compilation) -> str:
    """The result of a compilation, as a digest."""
    return hashlib.sha256(repr(compilation).encode()).hexdigest()


def some_pages() -> str:
    return "".join(explain(word) for word in words()[::10])


TASKS: list[tuple[str, Callable[[], str]]] = [
    ("schema", json_schema),
    ("explain", some_pages),
    *((f"compile {name}", lambda name=name: everything(compile_text(name, CONTENTS[name]))) for name in NAMES),
    *((f"json {name}", lambda name=name: everything(compile_text(name, CONTENTS[name], "json"))) for name in NAMES),
    *((f"validate {name}", lambda name=name: everything(validate_text(name, CONTENTS[name]))) for name in NAMES),
    *((f"broken {name}", lambda name=name: everything(compile_text(name, BROKEN[name]))) for name in NAMES),
    *((f"wrong {name}", lambda name=name: everything(compile_text(name, WRONG[name]))) for name in NAMES),
]


def outcomes_in_threads(order: random.Random) -> dict[str, str]:
    """Every task, in shuffled order; all threads begin at the same moment."""
    tasks = order.sample(TASKS, len(TASKS))
    barrier = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS, initializer=barrier.wait) as pool:
        return dict(pool.map(lambda task: (task[0], task[1]()), tasks))


@contextmanager
def frequent_switches() -> Iterator[None]:
    """Threads take turns every ten microseconds instead of every five milliseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def test_the_same_bytes_as_alone() -> None:
    alone = {name: work() for name, work in TASKS}
    with frequent_switches():
        for seed in range(ROUNDS):
            assert outcomes_in_threads(random.Random(seed)) == alone


def test_the_same_bytes_when_threads_are_the_first_to_use_it() -> None:
    """In a new process, in which nothing is cached yet."""
    alone = {name: work() for name, work in TASKS}
    code = (
        "import json, random; from tests.properties.test_threads import frequent_switches, outcomes_in_threads\n"
        "with frequent_switches(): print(json.dumps(outcomes_in_threads(random.Random(7)), sort_keys=True))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == alone


def linted(name: str, content: bytes) -> tuple[Diagnostic, ...]:
    (compilation,) = lint_all([compile_text(name, content)], NoLintCache())
    return compilation.diagnostics


def test_lint_from_two_threads() -> None:
    """cfn-lint's rules keep state about their template: findings must not be mixed up."""
    files = {
        "actions": b"service: {permissions: [{actions: [s3:GetObjct], resources: ['*']}]}\n",
        "scheme": b"overrides: {service: {LoadBalancer: {Properties: {Scheme: intern}}}}\n",
    }
    contents = {
        name: f"name: {name}\nregion: {region}\n".encode() + rest
        for (name, rest), region in zip(files.items(), ("eu-west-1", "us-east-1"), strict=True)
    }
    alone = {name: linted(name, content) for name, content in contents.items()}
    assert all(any(diagnostic.is_error for diagnostic in diagnostics) for diagnostics in alone.values())
    barrier = Barrier(2)
    with frequent_switches(), ThreadPoolExecutor(2, initializer=barrier.wait) as pool:
        for _ in range(2):
            assert dict(zip(contents, pool.map(linted, contents, contents.values()), strict=True)) == alone
