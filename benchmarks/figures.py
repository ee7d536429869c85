"""The figures: what is run, the check that it did its work, and its limit."""

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import BIN, Command, Pair, Run, cores, cpu, in_turns, memory, pairwise, require, run, wall
from benchmarks.services import write_services

_IMPORTS = "import troposphere, pydantic, yaml"
_TWO_PROCESSES = """
import os
for _ in range(2):
    if not os.fork():
        sum(i * i for i in range(5_000_000))
        os._exit(0)
os.wait(), os.wait()
"""
_EVERY_WORD = "tests/cases/accept/everything/blogstack.yaml"
_BUSY: Command = [BIN / "python", "-c", _TWO_PROCESSES]


class Bench:
    """Runs blogstack on a configuration, in folders of its own."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._file = file.resolve()
        self._source = file.read_text(encoding="utf-8")
        self._folder = folder
        self._repository = Path.cwd()
        out = self._new()
        self._compile([self._file], out, self._new(), "--no-lint")
        self._templates = sorted(out.iterdir())
        self._texts = {path.name: path.read_bytes() for path in self._templates}
        require(self._texts, "no template was written")
        region = next(line for line in self._source.splitlines() if line.startswith("region:"))
        self._region = region.partition(":")[2].strip()

    def figures(self) -> dict[str, Callable[[], None]]:
        """The figures by name; their docstrings are their titles."""
        return {
            "cold": self.cold,
            "start": self.start,
            "unchanged": self.unchanged,
            "cache": self.cache,
            "in-process": self.in_process,
            "every-word": self.every_word,
            "many": self.many,
            "lint-many": self.lint_many,
        }

    def cold(self) -> None:
        """compile with lint and an empty cache, against cfn-lint alone on the same templates"""
        command: Command = [BIN / "cfn-lint", "-c", "I", "--regions", self._region, "--", *self._templates]

        def ours() -> Run:
            out, cache = self._new(), self._new()
            result = self._compile([self._file], out, cache)
            require(self._written(out) == self._texts, "not the same templates as without lint")
            require(len(_verdicts(cache)) == len(self._texts), "not every template was linted")
            return result

        _compare(in_turns(7, ours, lambda: self._run(command, self._new())), "compile", "cfn-lint", 1.25)

    def start(self) -> None:
        """compile --no-lint into an empty folder, against importing its libraries"""
        command: Command = [BIN / "python", "-c", _IMPORTS]

        def ours() -> Run:
            out = self._new()
            result = self._compile([self._file], out, self._new(), "--no-lint")
            require(self._written(out) == self._texts, "not the same templates")
            return result

        _compare(in_turns(21, ours, lambda: self._run(command, self._new())), "compile", "import", 3)

    def unchanged(self) -> None:
        """compile with lint again, with results in the cache, against compile --no-lint again"""
        out, cache = self._new(), self._new()
        first = self._compile([self._file], out, cache, PYTHONPROFILEIMPORTTIME="1")
        again = self._compile([self._file], out, cache, PYTHONPROFILEIMPORTTIME="1")
        require("cfnlint" in first.output, "cfn-lint was not loaded by the first compilation")
        require("cfnlint" not in again.output, "cfn-lint was loaded though nothing had changed")
        before = _verdicts(cache)
        pair = in_turns(
            15,
            lambda: self._compile([self._file], out, cache),
            lambda: self._compile([self._file], out, cache, "--no-lint"),
        )
        require(_verdicts(cache) == before, "verdicts were written though nothing had changed")
        _compare(pair, "with lint", "--no-lint", 1.3)

    def cache(self) -> None:
        """a damaged and a read-only cache change nothing (checked, not timed)"""
        cache = self._new()
        self._compile([self._file], self._new(), cache)
        for verdict in _verdicts(cache):
            verdict.write_bytes(b"damaged")
        damaged = self._new()
        result = self._compile([self._file], damaged, cache, PYTHONPROFILEIMPORTTIME="1")
        require("cfnlint" in result.output, "a damaged verdict was believed")
        read_only, closed = self._new(), self._new()
        (closed / "blogstack").write_text("no folder, so that root cannot write into it either")
        closed.chmod(0o555)
        self._compile([self._file], read_only, closed)
        for out in (damaged, read_only):
            require(self._written(out) == self._texts, "not the same templates")
        print("  the same templates")

    def in_process(self) -> None:
        """text to templates without lint, after a first compilation, against PyYAML's C loader reading them back"""
        ours, _, times = self._in_process(self._file, 300)
        print(f"  the file has {times['services']} services, one for each environment")
        _print_comparison("ms a service", ours / times["services"], 5)

    def every_word(self) -> None:
        """the same for the file with every key: services, workers, jobs, stores, sidecars, overrides"""
        ours, ratio, times = self._in_process(self._repository / _EVERY_WORD, 100)
        print(f"  the file has {times['templates']} templates")
        print(f"  {ours / times['templates']:.2f} ms a template")
        _print_comparison("ratio", ratio, 1.25)

    def many(self) -> None:
        """1, 10, 100, 1000 files without lint in one run; a file's share = (run - run of one file) / (files - 1)"""
        files = write_services(self._source, 1000, self._new())
        pairs = {count: Pair([], []) for count in (10, 100, 1000)}
        for number in range(15):
            for count in (10, 10, 100, 1000) if number % 5 == 0 else (10, 10, 100):
                pairs[count].yardstick.append(self._many(files[:1]))
                pairs[count].ours.append(self._many(files[:count]))
        print(f"  {1:5} file   {_took(pairs[10].yardstick)}")
        clock, processor, kept = [], [], []
        for count, pair in pairs.items():
            (seconds, doubt), (busy, _), (grown, _) = (
                _each(pair, count, figure) for figure in ("wall", "cpu", "memory")
            )
            clock.append(seconds * 1e3)
            processor.append(busy * 1e3)
            kept.append(grown / 1e3)
            each = f"{clock[-1]:.2f}±{doubt * 1e3:.2f} ms, cpu {processor[-1]:.2f} ms, {kept[-1]:.0f} KB a file"
            print(f"  {count:5} files  {_took(pair.ours)}: {each}")
        _print_comparison("time a file, largest / smallest, on the clock", max(clock) / min(clock), 1.1)
        _print_comparison("the same for processor time", max(processor) / min(processor), 1.1)
        _print_comparison("KB a file of 1000", kept[-1], 200)

    def lint_many(self) -> None:
        """1, 4, 16 files in one run with lint and an empty cache, against the same run on one core"""
        if sys.platform != "linux" or cores() < 2:
            print("  not measured: this needs Linux and two cores")
            return
        core = min(os.sched_getaffinity(0))
        plain, speedup, rates = Pair([], []), 0.0, []
        for count, rounds in ((1, 4), (4, 3), (16, 3)):
            files = write_services(self._source, count, self._new())
            pair = Pair([], [])
            for _ in range(rounds):
                pair.ours.append(self._many(files, lint=True))
                pair.yardstick.append(self._many(files, lint=True, core=core))
                plain.ours.append(self._run(_BUSY, self._folder))
                plain.yardstick.append(self._run(_BUSY, self._folder, core))
            rates.append(count / wall(pair.ours))
            speedup = wall(pair.yardstick) / wall(pair.ours)
            print(f"  {count:5} files  {_took(pair.ours)}: {rates[-1]:.2f} services a second")
            ratios = f"ratio {speedup:.2f} (pairwise {1 / pairwise(pair):.2f})"
            print(f"  {'on one core':11}  {_took(pair.yardstick)}: {ratios}")
        given = wall(plain.yardstick) / wall(plain.ours)
        print(f"  for comparison, two processes of plain Python on this machine: all cores / one core {given:.2f}")
        _print_comparison("throughput of 16 files / of one", rates[-1] / rates[0], 1.6, at_least=True)
        _print_comparison("16 files, all cores / one core", speedup, 1.6, at_least=True)

    def _in_process(self, file: Path, count: int) -> tuple[float, float, dict[str, int]]:
        """A file's milliseconds of processor time, their ratio to the yardstick, and what is in it; printed too."""
        command: Command = [BIN / "python", "-m", "benchmarks.in_process", file, str(count)]
        times = json.loads(self._run(command, self._repository).output)
        ours, yardstick = (statistics.median(times[name]) * 1000 for name in ("ours", "yardstick"))
        ratio = statistics.median(a / b for a, b in zip(times["ours"], times["yardstick"], strict=True))
        print(f"  {'compile_text':<12}{ours:6.2f} ms of CPU time a file, the first {times['first'] * 1000:.0f} ms")
        print(f"  {'read back':<12}{yardstick:6.2f} ms a file; ratio {ours / yardstick:.2f} (pairwise {ratio:.2f})")
        return ours, ratio, {key: times[key] for key in ("services", "templates")}

    def _many(self, files: Sequence[Path], *, lint: bool = False, core: int | None = None) -> Run:
        out, cache = self._new(), self._new()
        result = self._compile(files, out, cache, *([] if lint else ["--no-lint"]), core=core)
        wanted = len(files) * len(self._texts)
        require(len(list(out.iterdir())) == wanted, f"not {wanted} templates")
        require(len(_verdicts(cache)) == (wanted if lint else 0), "not the verdicts that this run should leave")
        return result

    def _compile(
        self, files: Sequence[Path], out: Path, cache: Path, *options: str, core: int | None = None, **environment: str
    ) -> Run:
        command: Command = [BIN / "blogstack", "compile", *options, "--out", out, *files]
        return self._run(command, self._folder, core, XDG_CACHE_HOME=str(cache), **environment)

    def _run(self, command: Command, folder: Path, core: int | None = None, **environment: str) -> Run:
        return run(command, {"HOME": str(self._folder), **environment}, folder, core)

    def _written(self, folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    def _new(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self._folder))


def _verdicts(cache: Path) -> dict[Path, int]:
    """The remembered verdicts and when they were written."""
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()}


def _compare(pair: Pair, ours: str, yardstick: str, limit: float) -> None:
    for label, runs in ((ours, pair.ours), (yardstick, pair.yardstick)):
        print(f"  {label:<12} {_took(runs)}")
    ratios = f"pairwise {pairwise(pair):.2f}, cpu {cpu(pair.ours) / cpu(pair.yardstick):.2f}"
    _print_comparison(f"ratio ({ratios})", wall(pair.ours) / wall(pair.yardstick), limit)


def _took(runs: Sequence[Run]) -> str:
    return f"{wall(runs):6.3f} s, cpu {cpu(runs):6.3f} s, {memory(runs):3.0f} MB"


def _each(pair: Pair, count: int, figure: str) -> tuple[float, float]:
    """What a file adds, the median over the runs of many files, each less the run of one beside it; its error."""
    added = [(getattr(a, figure) - getattr(b, figure)) / (count - 1) for a, b in zip(*pair, strict=True)]
    return statistics.median(added), 1.25 * statistics.stdev(added) / len(added) ** 0.5


def _print_comparison(label: str, value: float, limit: float, *, at_least: bool = False) -> None:
    within = value >= limit if at_least else value <= limit
    bound = f"at {'least' if at_least else 'most'} {limit:g}"
    print(f"  {label}: {value:.2f}, {bound}: {'within' if within else 'BEYOND'}")
