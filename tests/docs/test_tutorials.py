"""The tutorials, from their first to their last command; tests/app/test_tutorials.py runs their applications."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tools.example_files import FOLDER
from tools.site import DOCS
from tools.walkthrough import Command, File, steps

TUTORIALS = [path for path in sorted(DOCS.glob("tutorials/*.md")) if path.name != "index.md"]


@pytest.mark.slow
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda path: path.stem)
def test_its_commands_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    commands = 0
    for step in steps(page):
        if isinstance(step, File):
            step.write(tmp_path)
            continue
        done = subprocess.run(
            ["sh", "-c", step.text],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert step.prints(done.stdout), f"$ {step.text}\n{done.stdout}"
        commands += 1
    assert commands > 5


def test_the_smallest_example_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = [sys.executable, str(FOLDER / "no-domain" / "hello.py")]
    with subprocess.Popen(script, env={**os.environ, "PORT": str(port)}, stderr=subprocess.DEVNULL) as process:
        try:
            assert answer(f"http://127.0.0.1:{port}/health") == b"ok\n"
            assert answer(f"http://127.0.0.1:{port}/") == b"Hello from Fargate\n"
        finally:
            process.terminate()
        assert process.wait(10) == 0


def answer(url: str) -> bytes:
    """What a service that is starting answers."""
    for _ in range(100):
        try:
            with urlopen(url, timeout=5) as response:  # noqa: S310 (loopback)
                return response.read()  # type: ignore[no-any-return]
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.mark.parametrize(
    ("expected", "output", "fits"),
    [
        ((), "", True),
        ((), "x\n", False),
        (("a", "...", "d"), "a\nb\nc\nd\n", True),
        (("a", "...", "d"), "a\nd\n", True),
        (("a...",), "a.b\n", True),
        (("a...",), "a.b\nc\n", False),
        (("a", "..."), "b\n", False),
    ],
)
def test_output_is_compared(expected: tuple[str, ...], output: str, fits: bool) -> None:
    assert Command("", expected).prints(output) is fits
