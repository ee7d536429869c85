"""The service as a process of its own, started as the container starts it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from tests.app.postgres import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
PATIENCE = 30
# What a process of the service keeps of the environment of the tests; the rest is the test's own.
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")


def eventually(condition: Callable[[], bool]) -> None:
    """Wait for something that takes an unknown, but not a long time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def refuses(port: int) -> bool:
    """Whether nothing listens on this port."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


class Service:
    """`python -m app` on a free port of loopback. Use it as a context, which ends the process."""

    def __init__(self, environment: dict[str, str], shutdown_delay: str | None = "0") -> None:
        """Prepare; entering the context starts it. With a delay of None it has the service's own default."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments: tuple[str, ...] = ("-m", "app")
        self._folder = ROOT
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        delay = {} if shutdown_delay is None else {"SHUTDOWN_DELAY": shutdown_delay}
        self._environment = {**kept, "PORT": str(self.port), **delay, **environment}
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `end`)
        self._output = self._log.fileno()
        self._process: subprocess.Popen[bytes] | None = None

    def use(self, *arguments: str, folder: Path = ROOT) -> None:
        """Start Python with these arguments instead, in this folder."""
        self._arguments, self._folder = arguments, folder

    def write_to(self, descriptor: int) -> None:
        """Send its output there instead of into `log`."""
        self._output = descriptor

    def __enter__(self) -> Self:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, *self._arguments],
            cwd=self._folder,
            env=self._environment,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.end()
            raise
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process, once it has been started."""
        assert self._process is not None
        return self._process

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the service ended with {self.process.returncode}:\n{self.log()}")
            try:
                if httpx2.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise RuntimeError(f"the service does not answer:\n{self.log()}")

    def log(self) -> str:
        """Its output so far."""
        self._log.seek(0)
        return self._log.read().decode()

    def terminate(self) -> None:
        """Stop it as ECS does."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 60) -> int:
        """Its exit status."""
        return self.process.wait(timeout=seconds)

    def end(self) -> None:
        """End the process if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process if a test has not."""
        self.end()
