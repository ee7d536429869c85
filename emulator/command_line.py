"""The real AWS CLI inside this process: starting an interpreter for each command takes longer than the command."""

import contextlib
import io
import json
import os
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

# Environment and output streams belong to the process, so one command runs at a time.
_LOCK = threading.Lock()

_POLL = 0.2
"""Seconds between two polls of a waiter: the CLI's default is 30 s, and a stack takes two here."""


def run(arguments: tuple[str, ...], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `aws` with arguments; its exit status and its output, as from a separate process."""
    # Imported here because starting the server alone should not wait for it.
    import awscli
    from awscli.clidriver import create_clidriver

    # The CLI finds its own data by this variable, which it sets when it is imported.
    data = str(Path(awscli.__file__).parent / "data")
    environment = {**environment, "AWS_DATA_PATH": data}
    out, err = io.StringIO(), io.StringIO()
    with (
        _LOCK,
        _environment(environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch("botocore.waiter.time", SimpleNamespace(sleep=lambda delay: time.sleep(min(delay, _POLL)))),
    ):
        driver = create_clidriver()
        driver.session.register_component("data_loader", _loader_of(data))
        status = driver.main(list(arguments))
    return subprocess.CompletedProcess(["aws", *arguments], status, out.getvalue(), err.getvalue())


_CLIENT = """#!{python} -IS
import json, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    with server.makefile("rw") as stream:
        print(json.dumps(sys.argv[1:]), file=stream, flush=True)
        status, out, err = json.loads(stream.readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(status)
"""


@contextlib.contextmanager
def served(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """A program like `aws`, for scripts: each of its commands runs in this process, in the given environment.

    Args:
        folder: Where the program is written; its path has at most 80 characters, the limit of sockets.
        environment: Of every command, independent of the script's own.
    """

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            done = run(tuple(json.loads(self.rfile.readline())), environment)
            self.wfile.write(json.dumps([done.returncode, done.stdout, done.stderr]).encode() + b"\n")

    address, program = str(folder / "aws.socket"), folder / "aws"
    program.write_text(_CLIENT.format(python=sys.executable, address=address))
    program.chmod(0o755)
    with socketserver.UnixStreamServer(address, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield program
        finally:
            server.shutdown()
            thread.join()


@cache
def _loader_of(data: str) -> object:
    """The loader of AWS's models, with a cache: each is a JSON file of several megabytes."""
    from botocore.loaders import create_loader

    return create_loader(data)


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
