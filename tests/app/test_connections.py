"""The limits on a connection before its request, and on all bodies together."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx2
import pytest

from app import server
from tests.app.service import PATIENCE, Service, eventually

BODY = 200 * 1024
SLOW_POST = f"POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {BODY}\r\n\r\n"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The service on SQLite, with room for two long bodies."""
    environment = {"SQLITE_PATH": str(tmp_path / "blog.db"), "KEEP_ALIVE": "2", "MAX_HELD_BYTES": str(2 * BODY)}
    with Service(environment) as service:
        yield service


def connect(service: Service, data: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE)
    connection.sendall(data)
    return connection


def read(connection: socket.socket) -> tuple[str, dict[str, object]]:
    """The status line and the problem document of an answer, after which the connection is closed."""
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    return head.split(b"\r\n")[0].decode(), json.loads(body)


@pytest.mark.parametrize(
    "request_head",
    [
        b"FOO /posts HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /posts HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_a_problem_document(service: Service, request_head: bytes) -> None:
    with closing(connect(service, request_head)) as connection:
        line, problem = read(connection)
    assert line == "HTTP/1.1 400 Bad Request"
    assert problem["status"] == 400


def test_a_head_that_is_too_long_is_refused(service: Service) -> None:
    field = b"X-Long: " + b"x" * 1000 + b"\r\n"
    with closing(connect(service, b"GET /posts HTTP/1.1\r\nHost: x\r\n" + field * 70)) as connection:
        line, _ = read(connection)
    assert line == "HTTP/1.1 431 Request Header Fields Too Large"
    with closing(connect(service, b"GET /posts HTTP/1.0\r\nHost: x\r\n" + field * 50 + b"\r\n")) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_a_head_that_never_ends_is_refused(service: Service) -> None:
    heads = [connect(service, b"GET /posts HTTP/1.1\r\nX-Slow: ") for _ in range(50)]
    second = connect(service, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert second.recv(12) == b"HTTP/1.1 200"
    second.sendall(b"GET /posts HTTP/1.1\r\nX-Slow: ")
    started = time.monotonic()
    for connection in heads:
        line, _ = read(connection)
        assert line == "HTTP/1.1 408 Request Timeout"
        connection.close()
    assert time.monotonic() - started < server.HEAD_SECONDS + PATIENCE / 2
    assert b"408 Request Timeout" in b"".join(iter(lambda: second.recv(65536), b""))
    second.close()


def test_a_connection_without_a_request_is_closed(service: Service) -> None:
    with closing(connect(service)) as connection:
        assert connection.recv(1) == b""


def test_bodies_that_are_held_are_bounded_all_together(service: Service) -> None:
    def held() -> socket.socket:
        return stack.enter_context(closing(connect(service, SLOW_POST.encode() + b" " * (BODY - 1))))

    new = b'{"username": "ada", "password": "correct horse battery", "display_name": "Ada"}'
    long = b" " * (BODY - len(new)) + new
    headers = {"Content-Type": "application/json"}
    with ExitStack() as stack, httpx2.Client(base_url=service.url, headers=headers, timeout=PATIENCE) as client:
        held(), held()
        time.sleep(0.5)  # time enough for the service to have read them
        refused = client.post("/users", content=long)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert refused.json()["detail"] == "too many bodies at once"
        assert client.get("/posts").status_code == 200
        stack.close()
        eventually(lambda: client.post("/users", content=long).status_code in (201, 409))
