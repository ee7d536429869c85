"""`GET /posts` on PostgreSQL against a bare route that returns the same bytes: `make bench-app`.

One process each, in turns, so that whatever else the machine does meets both. The client takes a core of its
own; with two cores PostgreSQL shares with the service.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil
import uvloop

from tests.app.load import Result, get, load_for
from tests.app.postgres import Postgres
from tests.app.service import Service
from tests.app.test_api import register, write_post

ROUNDS, SECONDS, CONNECTIONS, POSTS = 7, 4.0, 16, 20


def measure(service: Service) -> Result:
    """One round of load on it, of which every answer must be a success."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(load_for(SECONDS, service.port, get("/posts"), CONNECTIONS))
    assert set(result.answers) == {"200"}, result.answers
    return result


def main() -> None:
    """Measure, and print the medians and their ratios."""
    with Postgres() as postgres, tempfile.TemporaryDirectory() as folder:
        environment = postgres.environment(postgres.create_database())
        with Service({**environment, "LOG_LEVEL": "info"}) as blog:
            with httpx2.Client(base_url=blog.url) as client:
                author = register(client, "ada")
                for number in range(POSTS):
                    write_post(client, author, f"Post {number}")
                body = client.get("/posts").content
            file = Path(folder) / "posts.json"
            file.write_bytes(body)
            bare = Service({})
            bare.use("-m", "benchmarks.app.bare", str(bare.port), str(file))
            with bare:
                for service in (blog, bare):
                    measure(service)  # warm
                rounds = [(measure(blog), measure(bare)) for _ in range(ROUNDS)]
                memory = psutil.Process(blog.process.pid).memory_info().rss
    report(rounds, len(body), memory)


def report(rounds: list[tuple[Result, Result]], size: int, memory: int) -> None:
    """Print what was measured."""

    def medians(figure: Callable[[Result], float]) -> tuple[float, float, float]:
        blog, bare = ([figure(pair[side]) for pair in rounds] for side in (0, 1))
        ratio = statistics.median(ours / theirs for ours, theirs in zip(blog, bare, strict=True))
        return statistics.median(blog), statistics.median(bare), ratio

    print(f"GET /posts, {POSTS} posts, {size} bytes, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s")
    print(f"{'':24}{'blog':>10}{'bare':>10}{'ratio':>8}")
    for label, figure in (
        ("requests a second", lambda result: result.sent / SECONDS),
        ("p50, ms", lambda result: result.percentile(0.50) * 1000),
        ("p99, ms", lambda result: result.percentile(0.99) * 1000),
    ):
        blog, bare, ratio = medians(figure)
        print(f"{label:24}{blog:10.1f}{bare:10.1f}{ratio:8.2f}")
    print(f"memory of the service   {memory / 2**20:10.1f} MiB")


if __name__ == "__main__":
    main()
