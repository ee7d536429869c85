"""A rolling deployment as ECS does it, on loopback: `make rolling`.

Two processes of the service run behind HAProxy, like two tasks behind a load balancer, and are replaced one
after the other under constant load, with the times that the templates set. HAProxy retries nothing and hides
nothing: a request that a process does not answer has failed.
"""

import argparse
import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2

from tests.app.load import Result, get, load, post
from tests.app.postgres import Postgres, free_port
from tests.app.service import Service
from tests.app.test_api import register, write_post

# The configuration language's defaults, which are the template's times, in seconds.
INTERVAL, HEALTHY_THRESHOLD = 15, 2
DEREGISTRATION_DELAY, STOP_TIMEOUT, IDLE_TIMEOUT = 30, 30, 60
# Seconds for which the load balancer still sends requests: AWS guarantees nothing; users report a few seconds.
LAG = 5
SLOTS = 4
WORKERS, PAUSE = 10, 0.02

CONFIGURATION = """
global
    stats socket {socket} level admin
    maxconn 2000
defaults
    mode http
    retries 0
    http-reuse always
    timeout connect 10s
    timeout client {idle}s
    timeout server {idle}s
    timeout http-keep-alive {idle}s
frontend blog
    bind 127.0.0.1:{port}
    default_backend tasks
backend tasks
    balance roundrobin
    option forwardfor
    server-template task {slots} 127.0.0.1:1 disabled
"""


class Balancer:
    """HAProxy, whose targets are registered and deregistered while it runs."""

    def __init__(self, folder: Path) -> None:
        """Start it, with no target yet."""
        self.port = free_port()
        self._socket = folder / "haproxy"
        self._free = [f"tasks/task{number}" for number in range(1, SLOTS + 1)]
        self._taken: dict[Service, str] = {}
        configuration = folder / "haproxy.cfg"
        configuration.write_text(
            CONFIGURATION.format(socket=self._socket, idle=IDLE_TIMEOUT, port=self.port, slots=SLOTS)
        )
        self.process = subprocess.Popen(["haproxy", "-db", "-q", "-f", str(configuration)])
        deadline = time.monotonic() + 10
        while not self._socket.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("HAProxy does not start")
            time.sleep(0.05)

    def _tell(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket))
            connection.sendall(command.encode() + b"\n")
            return connection.recv(65536).decode()

    def register(self, task: Service) -> None:
        """Start sending it requests."""
        slot = self._free.pop(0)
        self._taken[task] = slot
        self._tell(f"set server {slot} addr 127.0.0.1 port {task.port}")
        self._tell(f"set server {slot} state ready")

    def drain(self, task: Service) -> None:
        """Send it no new requests; it may finish those in progress."""
        self._tell(f"set server {self._taken[task]} state drain")

    def deregister(self, task: Service) -> None:
        """Remove it."""
        slot = self._taken.pop(task)
        self._tell(f"set server {slot} state maint")
        self._free.append(slot)


@contextlib.contextmanager
def balancer() -> Iterator[Balancer]:
    """A load balancer that stops at the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        started = Balancer(Path(folder))
        try:
            yield started
        finally:
            started.process.terminate()
            started.process.wait(timeout=30)


def say(started: float, text: str) -> None:
    """Print what happens, and when."""
    print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)


async def become_healthy(task: Service) -> None:
    """The target group's check: several successes at an interval."""
    async with httpx2.AsyncClient(base_url=task.url, timeout=5) as client:
        for passed in range(HEALTHY_THRESHOLD):
            if passed:
                await asyncio.sleep(INTERVAL)
            (await client.get("/health")).raise_for_status()


async def replace(front: Balancer, old: Service, new: Service, started: float) -> None:
    """What ECS does with one task of a rolling deployment (minimum 100 percent, maximum 200)."""
    await become_healthy(new)
    front.register(new)
    say(started, f"task on port {new.port} is healthy and registered")
    old.terminate()
    say(started, f"task on port {old.port} gets SIGTERM; the load balancer stops sending to it {LAG} s later")
    told = time.monotonic()
    await asyncio.sleep(LAG)
    front.drain(old)
    exit_status = await asyncio.to_thread(old.wait, STOP_TIMEOUT)
    say(started, f"task on port {old.port} ended with {exit_status} after {time.monotonic() - told:.1f} s")
    await asyncio.sleep(max(0.0, LAG + DEREGISTRATION_DELAY - (time.monotonic() - told)))
    front.deregister(old)


@contextlib.asynccontextmanager
async def constant_load(port: int, requests: list[bytes], results: list[Result]) -> AsyncIterator[None]:
    """Send these requests until the end of the block."""
    stop = asyncio.Event()
    loads = [asyncio.create_task(load(port, request, stop, WORKERS, PAUSE)) for request in requests]
    try:
        yield
    finally:
        stop.set()
        results.extend(await asyncio.gather(*loads))


async def deploy(front: Balancer, olds: list[Service], news: list[Service], requests: list[bytes]) -> list[Result]:
    """Replace every task under load."""
    results: list[Result] = []
    started = time.monotonic()
    async with constant_load(front.port, requests, results):
        await asyncio.sleep(3)
        for old, new in zip(olds, news, strict=True):
            await asyncio.to_thread(new.__enter__)
            say(started, f"task on port {new.port} runs")
            await replace(front, old, new, started)
        await asyncio.sleep(3)
    return results


def run(shutdown_delay: str | None) -> int:
    """Deploy once; returns the exit status, 1 if a request failed."""
    with Postgres() as postgres, balancer() as front, contextlib.ExitStack() as stack:
        environment = postgres.environment(postgres.create_database())
        environment |= {"JWT_SECRET": "the same for every task of the service", "TOKEN_MINUTES": "60"}
        # The image's own default, unless another is asked for.
        if shutdown_delay is not None:
            environment["SHUTDOWN_DELAY"] = shutdown_delay
        tasks = [Service(environment, shutdown_delay=None) for _ in range(4)]
        for task in tasks:
            stack.callback(task.end)
        for task in tasks[:2]:
            task.__enter__()
            front.register(task)
        with httpx2.Client(base_url=tasks[0].url) as client:
            author = register(client, "ada")
            for _ in range(20):
                write_post(client, author)
        requests = [get("/posts"), post("/posts", b'{"title": "Rolling", "body": "It goes on."}', author)]
        reads, writes = asyncio.run(deploy(front, tasks[:2], tasks[2:], requests))
        with httpx2.Client(base_url=tasks[2].url) as client:
            newest = client.get("/posts", params={"limit": 1}).json()["items"][0]["id"]
    answers: Counter[str] = reads.answers + writes.answers
    lost = writes.answers["201"] + 20 - newest
    print(f"requests sent {answers.total()}, failed {reads.failed + writes.failed}, answers {dict(answers)}")
    print(f"posts answered 201 but not stored: {max(lost, 0)}")
    for label, result in (("GET /posts", reads), ("POST /posts", writes)):
        print(f"{label}: p99 {result.percentile(0.99) * 1000:.0f} ms, slowest {max(result.seconds) * 1000:.0f} ms")
    return 1 if reads.failed or writes.failed or lost > 0 or set(answers) - {"200", "201"} else 0


def main() -> int:
    """Read the command line and deploy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shutdown-delay", help="another SHUTDOWN_DELAY, such as 0, to see what it is for")
    arguments = parser.parse_args()
    if not shutil.which("haproxy"):
        print("error: haproxy is not installed; on Debian: apt-get install haproxy", file=sys.stderr)
        return 2
    return run(arguments.shutdown_delay)


if __name__ == "__main__":
    sys.exit(main())
