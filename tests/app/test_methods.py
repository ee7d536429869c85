"""HEAD, OPTIONS, the front page, and the headers that every answer has."""

import pytest
from starlette.testclient import TestClient

from app.factory import create_app
from app.settings import Settings
from tests.app.test_api import register, write_post


@pytest.mark.parametrize("path", ["/health", "/ready", "/posts", "/posts/1", "/posts/9", "/posts/1/comments", "/docs"])
def test_head_is_get_without_its_body(client: TestClient, path: str) -> None:
    write_post(client, register(client, "ada"))
    get, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == get.status_code
    for answer in (get, head):
        del answer.headers["x-request-id"]
    assert head.headers == get.headers
    assert head.headers["content-length"] == str(len(get.content))


def test_head_where_there_is_no_get_is_not_allowed(client: TestClient) -> None:
    assert client.head("/token").status_code == 405


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/posts", "GET, HEAD, OPTIONS, POST"),
        ("/posts/1", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/token", "OPTIONS, POST"),
        ("/", "GET, HEAD, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_names_the_methods(client: TestClient, path: str, methods: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", methods)


def test_options_of_nothing_is_not_found(client: TestClient) -> None:
    assert client.options("/nowhere").status_code == 404


def test_the_front_page_leads_to_the_documentation(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).headers["location"] == "/docs"
    assert "swagger" in client.get("/").text


PREFLIGHT = {
    "Origin": "https://blog.example.com",
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization, if-match",
}


def test_pages_of_other_origins_may_not_call_it(client: TestClient) -> None:
    assert "access-control-allow-origin" not in client.options("/posts/1", headers=PREFLIGHT).headers
    assert "access-control-allow-origin" not in client.get("/posts", headers=PREFLIGHT).headers


@pytest.mark.usefixtures("settings")
def test_pages_of_named_origins_may_call_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://blog.example.com, https://other.example.com")
    with TestClient(create_app(Settings())) as client:
        preflight = client.options("/posts/1", headers=PREFLIGHT)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == PREFLIGHT["Origin"]
        missing = client.get("/posts/1", headers={"Origin": PREFLIGHT["Origin"]})
        assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, PREFLIGHT["Origin"])
        stranger = client.get("/posts", headers={"Origin": "https://evil.example.com"})
        assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("path", ["/posts", "/posts/9", "/nowhere", "/docs"])
def test_no_answer_is_taken_for_what_it_is_not(client: TestClient, path: str) -> None:
    assert client.get(path).headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in client.get(path).headers


def test_production_asks_browsers_for_tls(settings: Settings) -> None:
    # The settings of production would ask for more than this test's database has.
    production = settings.model_copy(update={"environment": "production"})
    app = create_app(production)
    answer = TestClient(app).get("/health")  # without its lifespan: no database
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
