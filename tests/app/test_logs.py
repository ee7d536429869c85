"""The log: JSON, named by the request, without secrets; and an error that says nothing to the client."""

import json

import pytest
from starlette.testclient import TestClient

from app.factory import create_app
from app.settings import Settings
from tests.app.test_api import PASSWORD, register

TRACE = "1-67891233-abcdef012345678912345678"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    "header", [f"Root={TRACE}", f"Self=1-67891233-000000000000000000000000;Root={TRACE};Sampled=1"]
)
def test_a_request_is_one_line_with_the_balancers_id(
    capsys: pytest.CaptureFixture[str], settings: Settings, header: str
) -> None:
    with TestClient(create_app(settings)) as client:
        answer = client.get("/posts/7?token=hidden", headers={"X-Amzn-Trace-Id": header})
    assert answer.headers["x-request-id"] == TRACE
    (line,) = [line for line in lines(capsys) if line["logger"] == "app.access"]
    assert line["request_id"] == TRACE
    assert (line["method"], line["path"], line["status"]) == ("GET", "/posts/{post_id}", 404)
    assert isinstance(line["duration_ms"], float)
    assert "hidden" not in json.dumps(line)


@pytest.mark.parametrize("header", ["", "Root=", 'Root=1-67891233-"}', "Root=" + "1" * 5000])
def test_an_id_of_any_other_form_is_not_believed(client: TestClient, header: str) -> None:
    answer = client.get("/health", headers={"X-Amzn-Trace-Id": header})
    assert len(answer.headers["x-request-id"]) == 32


def test_no_password_and_no_token_is_logged(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"log_level": "debug"}))) as client:
        user = register(client, "ada")
        client.post("/users", json={"username": "ada", "password": PASSWORD, "display_name": "Ada"})
        client.post("/users", json={"username": "!", "password": PASSWORD, "display_name": ["x"]})
        client.post("/token", data={"username": "ada", "password": PASSWORD + "!"})
        client.get("/users/me", headers=user)
        client.put("/users/me", headers=user, json={"bio": PASSWORD})
    log = capsys.readouterr().out
    assert log.count('"app.access"') == 7
    for secret in (PASSWORD, user["Authorization"].split()[1], settings.signing_key(), "argon2id"):
        assert secret not in log
    if settings.database_password:
        assert settings.database_password.get_secret_value() not in log


def test_the_level_is_obeyed(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"log_level": "error"}))) as client:
        client.get("/posts/7")
    assert capsys.readouterr().out == ""


def test_a_bug_is_logged_and_the_client_learns_nothing(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
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
    bug_line, request_line = [line for line in lines(capsys) if line.get("request_id") == TRACE]
    assert "inside knowledge" in str(bug_line["exception"])
    assert request_line["status"] == 500
