"""Measures what a task with half a vCPU can handle: `make task-app`, as root, with control groups version 1.

The process gets 50 ms of a core in every 100. On a machine that does other work it may get less, so a line also shows
how many requests half a vCPU would answer, by the CPU time that they took.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import uvloop

from tests.app.load import exchange, get, load, post
from tests.app.postgres import Postgres
from tests.app.service import PATIENCE, Service
from tests.app.test_api import PASSWORD, register, write_post

SECONDS, SHARE, PERIOD = 8.0, 0.5, 100_000
CONTROLLER = Path("/sys/fs/cgroup/cpu")
# The process itself enters the group, so that its start also gets half a core.
START = "import os, runpy; open({tasks!r}, 'w').write(str(os.getpid())); runpy.run_module('app', run_name='__main__')"
# All clients here have one address.
GENEROUS = {"LOGIN_ATTEMPTS_PER_ADDRESS": "100000", "REGISTRATIONS_PER_ADDRESS": "100000"}
JSON, FORM = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}
NEW_USER = f'{{"username": "ada", "password": "{PASSWORD}", "display_name": "Ada"}}'.encode()
NEW_POST = b'{"title": "Notes", "body": "It weaves algebraic patterns."}'
LOG_IN = post("/token", f"username=ada&password={PASSWORD.replace(' ', '+')}".encode(), FORM)
SLOW_HEAD = b"GET /posts HTTP/1.1\r\nX-Slow: "
SLOW_BODY = post("/users", b" " * 256 * 1024, JSON)[:-1]


@contextlib.contextmanager
def half_a_core() -> Iterator[Path]:
    """A control group: the file to which its processes are added."""
    group = CONTROLLER / f"blog-{os.getpid()}"
    group.mkdir()
    (group / "cpu.cfs_period_us").write_text(str(PERIOD))
    (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD * SHARE)))
    try:
        yield group / "tasks"
    finally:
        group.rmdir()


async def ask(port: int, request: bytes) -> tuple[float, str]:
    """Send one request: how long it took, and the status."""
    started = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    status, _ = await exchange(reader, writer, request)
    writer.close()
    return time.monotonic() - started, status


class Task:
    """The process, and what it uses."""

    def __init__(self, service: Service) -> None:
        """Measure this process."""
        self._port = service.port
        self._process = psutil.Process(service.process.pid)

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def memory(self) -> str:
        """Its memory."""
        return f"{self._process.memory_info().rss / 2**20:.0f} MiB"

    async def carry(self, label: str, request: bytes, connections: int, others: tuple[bytes, ...] = ()) -> None:
        """Send a request repeatedly on several connections, and measure how long other requests take meanwhile."""
        stop, started, before = asyncio.Event(), time.monotonic(), self._cpu()
        running = asyncio.create_task(load(self._port, request, stop, connections))
        await asyncio.sleep(1)
        answers = [[await ask(self._port, other) for other in others] for _ in range(5)]
        await asyncio.sleep(max(0.0, started + SECONDS - time.monotonic()))
        stop.set()
        result = await running
        rate, cpu = result.sent / (time.monotonic() - started), self._cpu() - before
        statuses = ", ".join(f"{count} x {status}" for status, count in sorted(result.answers.items()))
        print(f"{label}, {connections} connections: {rate:.0f} a second", end=" ")
        print(f"({SHARE * result.sent / cpu:.0f} by CPU time), p50 {result.percentile(0.5) * 1000:.0f} ms", end=", ")
        print(f"{statuses}, {self.memory()}")
        for other, *tries in zip(others, *answers, strict=True):
            line = other.split(b" HTTP")[0].decode()
            print(f"    {line} meanwhile:", ", ".join(f"{seconds:.1f} s ({status})" for seconds, status in tries))

    async def hold(self, label: str, data: bytes) -> None:
        """Send this on a thousand connections, and nothing else."""
        with contextlib.ExitStack() as stack:
            for _ in range(1000):
                connection = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
                stack.enter_context(contextlib.closing(connection))
                with contextlib.suppress(OSError):  # refused, and closed
                    connection.sendall(data)
            seconds, status = await ask(self._port, get("/posts"))
            print(f"1000 {label}: {self.memory()}; GET /posts meanwhile: {seconds:.1f} s ({status})")


async def measure(task: Task, author: dict[str, str]) -> None:
    """All measurements, in order."""
    await task.carry("GET /posts", get("/posts"), 16)
    await task.carry("POST /posts", post("/posts", NEW_POST, author), 16)
    await task.carry("log-ins", LOG_IN, 4)
    for connections in (100, 400):
        await task.carry("registrations", post("/users", NEW_USER, JSON), connections, (LOG_IN, get("/posts")))
    await task.hold("bodies that never end", SLOW_BODY)
    await task.hold("heads that never end", SLOW_HEAD)


def main() -> None:
    """Measure everything and print it."""
    with Postgres() as postgres, half_a_core() as tasks:
        service = Service(GENEROUS | postgres.environment(postgres.create_database()))
        service.use("-c", START.format(tasks=str(tasks)))
        started = time.monotonic()
        with service:
            task = Task(service)
            print(f"start to the first answer: {time.monotonic() - started:.1f} s, {task.memory()}")
            with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
                author = register(client, "ada")
                for number in range(20):
                    write_post(client, author, f"Post {number}")
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(measure(task, author))


if __name__ == "__main__":
    main()
