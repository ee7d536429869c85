"""Helpers of the tests of the console script."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

MINIMAL = "name: blog-api\nregion: ap-northeast-2\n"
QUIET = MINIMAL + "domain:\n  name: blog.example.com\n  hosted_zone_id: Z0123456789ABCDEFGHIJ\n"
OUT = Path("templates/out")


def quiet(name: str) -> str:
    """A file without findings, for a service of some name, with a domain of its own."""
    return QUIET.replace("blog-api", name).replace("blog.example.com", f"{name}.example.com")


Run = Callable[..., subprocess.CompletedProcess[str]]


TAKES_CTRL_C = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
"""Run before a program that gets Ctrl-C: in a background job of a shell it would be ignored."""


@contextmanager
def started(*arguments: str, env: Mapping[str, str], seconds: int = 60) -> Iterator[subprocess.Popen[str]]:
    """blogstack while it runs, for a command that waits; it ends with the block, or after some seconds."""
    script = Path(sys.executable).with_name("blogstack")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [script, *arguments], stdout=pipe, stderr=pipe, text=True, env=env, preexec_fn=TAKES_CTRL_C
    ) as process:
        bound = threading.Timer(seconds, process.kill)
        bound.start()
        try:
            yield process
        finally:
            process.kill()
            bound.cancel()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def on_terminal(*arguments: str, typed: str = "", **environment: str) -> str:
    """What blogstack writes to a terminal of 80 columns, both streams; NO_COLOR is unset unless it is given.

    Args:
        arguments: Of the command.
        typed: What somebody types there.
        environment: What is set in it.
    """
    ours, theirs = pty.openpty()
    keep = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    given = {**keep, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    script = Path(sys.executable).with_name("blogstack")
    os.write(ours, typed.encode())
    with subprocess.Popen([script, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=given):
        os.close(theirs)
        text = b""
        while chunk := _read(ours):
            text += chunk
    os.close(ours)
    return text.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
