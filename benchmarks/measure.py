"""Measures commands in processes of their own: time, processor time and memory.

Two commands are compared by alternating runs, so that other work on the machine affects both. The measuring process
stays small, because on Linux a child's peak memory starts with that of the process that started it.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
Command = Sequence[str | Path]
"""A program and its arguments."""

# With compiled bytecode, like an installed program: the first run, which does not count, may write it.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Run(NamedTuple):
    """The measurements of one command.

    Attributes:
        wall: Seconds on the clock.
        cpu: Seconds of the processor, user and system, of the command and the processes that it started.
        memory: Peak bytes of the largest of these processes.
        output: What it printed.
    """

    wall: float
    cpu: float
    memory: int
    output: str


class Pair(NamedTuple):
    """Runs of two commands in turns."""

    ours: list[Run]
    yardstick: list[Run]


def run(command: Command, environment: Mapping[str, str], folder: Path, core: int | None = None) -> Run:
    """Run a command that must succeed.

    Args:
        command: Its arguments, the program first.
        environment: Added to that of this process.
        folder: Where it runs.
        core: The only one that it may use; all when None.
    """
    preexec = None if core is None else lambda: os.sched_setaffinity(0, {core})
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            env={**_ENVIRONMENT, **environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=preexec,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command[:8]))}: exit status {process.returncode}\n{text[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _MAXRSS_UNIT, text)


def in_turns(rounds: int, ours: Callable[[], Run], yardstick: Callable[[], Run]) -> Pair:
    """Run both alternately, after one run of each that does not count."""
    ours(), yardstick()
    runs = [(ours(), yardstick()) for _ in range(rounds)]
    return Pair([a for a, _ in runs], [b for _, b in runs])


def wall(runs: Sequence[Run]) -> float:
    """Median seconds on the clock."""
    return statistics.median(run.wall for run in runs)


def cpu(runs: Sequence[Run]) -> float:
    """Median seconds of the processor."""
    return statistics.median(run.cpu for run in runs)


def memory(runs: Sequence[Run]) -> float:
    """Largest peak, in MB."""
    return max(run.memory for run in runs) / 1e6


def pairwise(pair: Pair) -> float:
    """Median of the ratios of adjacent runs."""
    return statistics.median(a.wall / b.wall for a, b in zip(*pair, strict=True))


def require(condition: object, message: str) -> None:
    """Stop if a command did not do what is being measured."""
    if not condition:
        sys.exit(f"wrong result: {message}")


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def machine() -> str:
    """The kind of machine, in a line."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    system = f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}"
    return f"{model}, {cores()} cores, Python {platform.python_version()}, {system}"
