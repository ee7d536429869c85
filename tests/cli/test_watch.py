"""`blogstack compile --watch` as a real process, and files that change as editors change them."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from blogstack.cli.watch import notifications
from tests.support.console import MINIMAL, OUT, QUIET, TAKES_CTRL_C, Run, contents, quiet

LONGEST = 60
"""Seconds after which an expected event counts as missing."""
FILE = Path("blogstack.yaml")
FAULTY = QUIET + "service:\n  memory: 8192\n"
LARGER = QUIET + "service:\n  memory: 2048\n"


def wrote(service: str) -> str:
    """The output after larger tasks were written for a service, and their effect on the running ones."""
    what = "1 stack: 1 new revision, 1 in place"
    return f"wrote templates/out/{service}-service.yaml\n{what}\n"


class Watched:
    """A process that watches, and its output."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._lines.put(line)

    def round(self) -> str:
        """Its output up to the end of its next round."""
        said = ""
        while True:
            line = self._lines.get(timeout=LONGEST)
            if line.startswith("watching "):
                return said
            said += line

    def until(self, text: str) -> str:
        """What the next round that says a text says: a change of several steps may take several rounds."""
        while text not in (said := self.round()):
            pass
        return said

    def end(self) -> str:
        """Ctrl-C; returns the rest of its output."""
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.wait(LONGEST) == 0
        said = ""
        while not self._lines.empty():
            said += self._lines.get()
        return said


@contextmanager
def watching(*arguments: str) -> Iterator[Watched]:
    """A process in a group of its own, as a terminal starts it; it ends with the block."""
    script = Path(sys.executable).with_name("blogstack")
    process = subprocess.Popen(
        [script, "compile", "--watch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=TAKES_CTRL_C,
    )
    with process:
        try:
            yield Watched(process)
        finally:
            process.kill()


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def by_renaming(path: Path, text: str) -> None:
    new = path.with_name("new.tmp")
    new.write_text(text)
    new.replace(path)


def with_a_backup(path: Path, text: str) -> None:
    path.rename(f"{path}~")
    path.write_text(text)
    Path(f"{path}~").unlink()


def anew(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


@pytest.mark.parametrize("save", [in_place, by_renaming, with_a_backup, anew])
@pytest.mark.usefixtures("run")
def test_a_file_that_is_saved(save: Callable[[Path, str], None]) -> None:
    """It is compiled again; an error is reported and changes nothing; then it continues."""
    FILE.write_text(QUIET)
    with watching("--no-lint") as watched:
        assert watched.round().count("wrote") == 5
        before = contents(OUT)
        save(FILE, FAULTY)
        assert "blogstack.yaml:7:11: error[BS301]" in watched.until("BS301")
        assert contents(OUT) == before
        save(FILE, LARGER)
        assert watched.until("wrote") == wrote("blog-api")
        assert "Traceback" not in watched.end()


@pytest.mark.usefixtures("run")
def test_deletion_and_re_creation() -> None:
    """Of the file and of its folder."""
    file = Path("folder/blogstack.yaml")
    with watching("--no-lint", str(file)) as watched:
        assert "error[BS101]: no such file" in watched.round()
        file.parent.mkdir()
        file.write_text(QUIET)
        assert watched.until("wrote").count("wrote") == 5
        file.unlink()
        assert "error[BS101]: no such file" in watched.round()
        assert len(contents(OUT)) == 5
        shutil.rmtree(file.parent)
        file.parent.mkdir()
        file.write_text(LARGER)
        assert watched.until("wrote") == wrote("blog-api")


@pytest.mark.usefixtures("run")
def test_several_files() -> None:
    files = [Path("one.yaml"), Path("two/blogstack.yaml")]
    files[1].parent.mkdir()
    for name, file in zip(("one", "two"), files, strict=True):
        file.write_text(quiet(name))
    with watching("--no-lint", *map(str, files)) as watched:
        assert watched.round().count("wrote") == 10
        for name, file in zip(("one", "two"), files, strict=True):
            file.write_text(quiet(name) + LARGER.removeprefix(QUIET))
            assert watched.until("wrote") == wrote(name)


@pytest.mark.usefixtures("run")
def test_a_link_that_leads_elsewhere() -> None:
    for name, text in (("one", QUIET), ("two", LARGER)):
        Path(name).mkdir()
        Path(name, "blogstack.yaml").write_text(text)
    FILE.symlink_to("one/blogstack.yaml")
    with watching("--no-lint") as watched:
        watched.round()
        Path("new").symlink_to("two/blogstack.yaml")
        Path("new").replace(FILE)
        assert watched.until("wrote") == wrote("blog-api")
        Path("two/blogstack.yaml").write_text(FAULTY)
        assert "error[BS301]" in watched.until("BS301")


@pytest.mark.usefixtures("run")
def test_an_environment_that_goes() -> None:
    environments = "environments: {staging: {scaling: {min: 1}}, prod: {}}\n"
    FILE.write_text(MINIMAL + environments)
    with watching("--no-lint", "--env", "staging") as watched:
        assert "wrote" in watched.round()
        FILE.write_text(MINIMAL + environments.replace("staging", "stage"))
        assert "blogstack.yaml has no environment 'staging'; did you mean 'stage'?" in watched.until("error")
        FILE.write_text(MINIMAL + environments.replace("min: 1", "min: 3"))
        assert "wrote templates/out/blog-api-staging-service.yaml" in watched.until("wrote")


@pytest.mark.slow
@pytest.mark.usefixtures("run")
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core lints in the process itself")
def test_ctrl_c_while_linting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every process of the terminal gets it; none leaves a traceback."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    FILE.write_text(QUIET)
    with watching() as watched:
        children = Path(f"/proc/{watched.process.pid}/task/{watched.process.pid}/children")
        while not children.read_text():
            assert watched.process.poll() is None
        assert "Traceback" not in watched.end()


@pytest.mark.parametrize("arguments", [["--check"], ["--diagnostics", "json"], ["--diagnostics", "sarif"]])
def test_what_makes_no_sense(run: Run, arguments: list[str]) -> None:
    """It is refused before the file is read."""
    FILE.write_text(FAULTY)
    result = run("compile", "--watch", *arguments)
    assert result.returncode == 2
    assert "BS301" not in result.stdout + result.stderr
    assert "cannot be combined with --check or --diagnostics" in result.stderr
    assert not OUT.exists()


def test_where_the_system_cannot_watch(tmp_path: Path) -> None:
    """It is read at intervals; here the folder is missing, elsewhere the watches may be used up."""
    found = notifications([tmp_path / "missing"])
    assert [next(found) for _ in range(2)] == [None, None]
