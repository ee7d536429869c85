"""Compares the blog with four other ways to write it, on PostgreSQL, in one run: `make bench-app`.

One process each, measured in turns, so that other work on the machine affects all of them. The measured process
has one core to itself; PostgreSQL and the client share the other. The most reliable figure is the CPU time of the
process for each request: half a vCPU gives half a second of it every second.
"""

import asyncio
import json
import os
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil
import uvloop

from benchmarks.app.yardsticks import SECRET
from tests.app.load import get, load_for, post
from tests.app.postgres import Postgres
from tests.app.service import Service
from tests.app.test_api import register, write_post

ROUNDS, SECONDS, CONNECTIONS, POSTS = 5, 2.0, 16, 20
YARDSTICKS = ("orm", "core", "psycopg", "bare")
NEW_POST = b'{"title": "Notes", "body": "It weaves algebraic patterns."}'


class Figures(NamedTuple):
    """The results of one round."""

    requests: float
    p50: float
    p99: float
    cpu: float


def measure(service: Service, request: bytes) -> Figures:
    """One round of load, of which every answer must be a success. A second; milliseconds; microseconds of CPU."""
    process = psutil.Process(service.process.pid)
    before = process.cpu_times()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(load_for(SECONDS, service.port, request, CONNECTIONS))
    after = process.cpu_times()
    assert set(result.answers) <= {"200", "201"}, result.answers
    cpu = after.user + after.system - before.user - before.system
    return Figures(
        result.sent / SECONDS,
        result.percentile(0.50) * 1000,
        result.percentile(0.99) * 1000,
        cpu / result.sent * 1_000_000,
    )


def pin(services: dict[str, Service]) -> None:
    """Give the measured processes the first core, and the client and PostgreSQL, which it started, the second."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) >= 2:
        for service in services.values():
            psutil.Process(service.process.pid).cpu_affinity([cores[0]])
        for process in (psutil.Process(), *psutil.process_iter(["name"])):
            if process.pid == os.getpid() or process.name() == "postgres":
                process.cpu_affinity([cores[1]])


def compare(services: dict[str, Service], name: str, request: bytes) -> None:
    """Measure one request on all of them, and print the comparison."""
    for service in services.values():
        measure(service, request)  # warm
    rounds = [{other: measure(service, request) for other, service in services.items()} for _ in range(ROUNDS)]
    print(f"\n{name}")
    print(f"{'':10}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}{'blog / it':>11}{'its CPU / blog':>16}")
    for other in services:
        figures = Figures(*(statistics.median(values) for values in zip(*(r[other] for r in rounds), strict=True)))
        ratio = statistics.median(each["blog"].requests / each[other].requests for each in rounds)
        cpu = statistics.median(each[other].cpu / each["blog"].cpu for each in rounds)
        print(
            f"{other:10}{figures.requests:9.0f}{figures.p50:9.1f}{figures.p99:9.1f}{figures.cpu:9.0f}"
            f"{ratio:11.2f}{cpu:16.2f}"
        )


def main() -> None:
    """Measure everything and print it."""
    with Postgres() as postgres, tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database = postgres.create_database()
        environment = {**postgres.environment(database), "JWT_SECRET": SECRET, "LOG_LEVEL": "info"}
        blog = stack.enter_context(Service(environment))
        with httpx2.Client(base_url=blog.url) as client:
            author = register(client, "ada")
            for number in range(POSTS):
                write_post(client, author, f"Post {number}")
            for number in range(POSTS):
                client.post("/posts/1/comments", headers=author, json={"body": f"Comment {number}"})
            bodies = {path: client.get(path).content for path in ("/posts", "/posts/1", "/posts/1/comments")}
        file = Path(folder) / "posts.json"
        file.write_bytes(bodies["/posts"])
        services = {"blog": blog}
        for name in YARDSTICKS:
            service = Service({})
            url = postgres.url(database)
            service.use("-m", "benchmarks.app.yardsticks", name, str(service.port), url, str(file))
            services[name] = stack.enter_context(service)
        for name, service in services.items():
            for path, body in bodies.items():
                if name != "bare" or path == "/posts":
                    answer = httpx2.get(service.url + path).content
                    assert json.loads(answer) == json.loads(body), f"{name} answers something else: {answer[:300]!r}"
        pin(services)
        size = len(bodies["/posts"])
        print(f"{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s, medians, one core for the process")
        compare(services, f"GET /posts: {POSTS} posts, {size} bytes", get("/posts"))
        queries = {name: service for name, service in services.items() if name != "bare"}
        compare(queries, "GET /posts/1", get("/posts/1"))
        compare(queries, f"GET /posts/1/comments: {POSTS} comments", get("/posts/1/comments"))
        compare(queries, "POST /posts", post("/posts", NEW_POST, author))
        memory = psutil.Process(blog.process.pid).memory_info().rss
        print(f"\nmemory of the blog: {memory / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
