"""Constant load on a server of loopback: plain sockets, so that the client costs less than what it measures."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
ANSWER_SECONDS = 60


@dataclass
class Result:
    """The results of the requests."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return self.answers.total()

    @property
    def failed(self) -> int:
        """How many got no answer, or a 5xx."""
        return sum(count for answer, count in self.answers.items() if not answer.startswith(("2", "4")))

    def percentile(self, share: float) -> float:
        """The time within which a share of the requests was answered."""
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)]


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[str, bool]:
    """Send one request on an open connection; its status, and whether the connection stays open."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    if length:
        await reader.readexactly(int(length[1]))
    return head.split(b" ", 2)[1].decode(), CLOSE.search(head) is None


async def _worker(port: int, request: bytes, stop: asyncio.Event, pause: float, result: Result) -> None:
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while not stop.is_set():
        started = time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = connection or await asyncio.open_connection("127.0.0.1", port)
                answer, keep = await exchange(*connection, request)
        except (OSError, EOFError, TimeoutError) as error:
            answer, keep = type(error).__name__, False
        result.answers[answer] += 1
        result.seconds.append(time.perf_counter() - started)
        if connection is not None and not keep:
            connection[1].close()
            connection = None
        if pause:
            await asyncio.sleep(pause)
    if connection is not None:
        connection[1].close()


async def load(port: int, request: bytes, stop: asyncio.Event, workers: int, pause: float = 0) -> Result:
    """Send the request repeatedly, on as many connections as there are workers, until stopped."""
    result = Result()
    await asyncio.gather(*(_worker(port, request, stop, pause, result) for _ in range(workers)))
    return result


async def load_for(seconds: float, port: int, request: bytes, workers: int) -> Result:
    """The same for a number of seconds."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    return await load(port, request, stop, workers)


def get(path: str) -> bytes:
    """A request for this path."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request that sends this JSON."""
    fields = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
