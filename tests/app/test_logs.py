"""The log: JSON, with the request's ID, without secrets; and an error without details for the client."""

import json
import logging
import os
import threading
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from app.factory import create_app
from app.middleware.logs import PENDING_BYTES, JsonFormatter, PatientHandler
from app.settings import Settings
from tests.app.service import PATIENCE, Service
from tests.app.test_api import PASSWORD, register

TRACE = "1-67891233-abcdef012345678912345678"


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    "header", [f"Root={TRACE}", f"Self=1-67891233-000000000000000000000000;Root={TRACE};Sampled=1"]
)
def test_a_request_is_one_line_with_the_balancers_id(
    capfd: pytest.CaptureFixture[str], settings: Settings, header: str
) -> None:
    with TestClient(create_app(settings)) as client:
        answer = client.get("/posts/7?token=hidden", headers={"X-Amzn-Trace-Id": header})
    (line,) = [line for line in lines(capfd) if line["logger"] == "app.access"]
    assert line["trace_id"] == TRACE
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/posts/{post_id}", 404)
    assert isinstance(line["duration_ms"], float)
    assert "hidden" not in json.dumps(line)


@pytest.mark.parametrize("header", ["", "Root=", 'Root=1-67891233-"}', "Root=" + "1" * 5000])
def test_an_id_of_any_other_form_is_not_believed(
    capfd: pytest.CaptureFixture[str], client: TestClient, header: str
) -> None:
    answer = client.get("/health", headers={"X-Amzn-Trace-Id": header})
    assert len(answer.headers["x-request-id"]) == 32
    assert "trace_id" not in lines(capfd)[-1]


def test_no_password_and_no_token_is_logged(capfd: pytest.CaptureFixture[str], settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"log_level": "debug"}))) as client:
        user = register(client, "ada")
        client.post("/users", json={"username": "ada", "password": PASSWORD, "display_name": "Ada"})
        client.post("/users", json={"username": "!", "password": PASSWORD, "display_name": ["x"]})
        client.post("/token", data={"username": "ada", "password": PASSWORD + "!"})
        client.get("/users/me", headers=user)
        client.put("/users/me", headers=user, json={"bio": PASSWORD})
    log = capfd.readouterr().out
    assert log.count('"app.access"') == 7
    for secret in (PASSWORD, user["Authorization"].split()[1], settings.signing_key(), "argon2id"):
        assert secret not in log
    if settings.database_password:
        assert settings.database_password.get_secret_value() not in log


def test_the_level_is_obeyed(capfd: pytest.CaptureFixture[str], settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"log_level": "error"}))) as client:
        client.get("/posts/7")
    assert capfd.readouterr().out == ""


def test_a_bug_is_logged_and_the_client_learns_nothing(capfd: pytest.CaptureFixture[str], settings: Settings) -> None:
    app = create_app(settings)

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("inside knowledge")

    with TestClient(app) as client:
        answer = client.get("/bug", headers={"X-Amzn-Trace-Id": f"Root={TRACE}"})
    assert answer.status_code == 500
    expected = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    assert answer.json() == expected
    assert answer.headers["content-type"] == "application/problem+json"
    bug_line, request_line = [line for line in lines(capfd) if line.get("trace_id") == TRACE]
    assert "inside knowledge" in str(bug_line["exception"])
    assert request_line["status"] == 500


def test_what_nobody_reads_is_counted_and_stops_nobody() -> None:
    reader, writer = os.pipe()
    handler = PatientHandler(writer)
    handler.setFormatter(JsonFormatter())
    sent = 3 * PENDING_BYTES // 1000
    for number in range(sent):
        handler.handle(logging.makeLogRecord({"msg": f"{number} " + "x" * 1000}))
    read: list[bytes] = []
    thread = threading.Thread(target=lambda: read.extend(iter(lambda: os.read(reader, 65536), b"")))
    thread.start()
    while handler.waiting:
        handler.flush()
        thread.join(0.01)
    handler.handle(logging.makeLogRecord({"msg": "the reader is back"}))
    handler.close()
    os.close(writer)
    thread.join()
    os.close(reader)
    written = [json.loads(line) for line in b"".join(read).splitlines()]
    (lost,) = [line["lost"] for line in written if "lost" in line]
    assert 0 < lost < sent
    assert len(written) == sent - lost + 2
    assert written[-1]["message"] == "the reader is back"


def test_a_log_that_nobody_can_read_any_more_stops_nobody() -> None:
    reader, writer = os.pipe()
    handler = PatientHandler(writer)
    os.close(reader)
    handler.handle(logging.makeLogRecord({"msg": "into the void"}))
    handler.close()
    os.close(writer)


def test_the_service_goes_on_when_nobody_reads_its_log(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    service = Service({"SQLITE_PATH": str(tmp_path / "blog.db")})
    service.write_to(writer)
    with service, httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
        assert {client.get("/health").status_code for _ in range(2000)} == {200}
        service.terminate()
        assert service.wait(PATIENCE) == 0
    os.close(writer)
    os.close(reader)
