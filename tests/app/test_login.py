"""Logging in: what a wrong attempt learns, how many there may be, and which tokens are believed."""

import base64
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import anyio
import jwt
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.factory import create_app
from app.models import now
from app.passwords import Passwords
from app.settings import Settings
from tests.app.conftest import SECRET
from tests.app.test_api import PASSWORD, register


def log_in(client: TestClient, username: str, password: str) -> tuple[int, object]:
    answer = client.post("/token", data={"username": username, "password": password})
    return answer.status_code, answer.json()


@pytest.fixture
def generous(settings: Settings) -> Settings:
    """Settings under which nobody runs out of attempts."""
    return settings.model_copy(update={"login_attempts": 1000, "login_attempts_per_address": 1000})


def test_an_unknown_user_and_a_wrong_password_get_one_answer(client: TestClient) -> None:
    register(client, "ada")
    wrong = log_in(client, "ada", "wrong password")
    assert wrong[0] == 401
    assert log_in(client, "nobody", "wrong password") == wrong
    assert log_in(client, "nobody'; DROP TABLE users;--", "x") == wrong
    assert log_in(client, "nobody\x00", "x")[0] == 422


def test_an_unknown_user_and_a_wrong_password_do_the_same_work(generous: Settings) -> None:
    hashed = []

    class Counting(Passwords):
        def _matches(self, stored: str, password: str) -> bool:
            hashed.append(stored.rsplit("$", 2)[0])
            return super()._matches(stored, password)

    app = create_app(generous)
    app.state.passwords = Counting()
    with TestClient(app) as client:
        register(client, "ada")
        hashed.clear()
        took: dict[str, list[float]] = {"ada": [], "nobody": []}
        for _ in range(5):
            for name, durations in took.items():
                started = time.perf_counter()
                assert log_in(client, name, "wrong password")[0] == 401
                durations.append(time.perf_counter() - started)
    # One verification each, by the same algorithm and cost; a gross bound on the times says the same.
    assert len(hashed) == 10
    assert len(set(hashed)) == 1
    assert 0.1 < statistics.median(took["ada"]) / statistics.median(took["nobody"]) < 10


def test_attempts_are_limited_for_each_user_and_address(client: TestClient) -> None:
    register(client, "ada")
    register(client, "bob")
    for _ in range(5):
        assert log_in(client, "ada", "wrong password")[0] == 401
    refused = client.post("/token", data={"username": "ada", "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    assert refused.headers["content-type"] == "application/problem+json"
    assert log_in(client, "bob", PASSWORD)[0] == 200


def test_a_success_forgets_the_failures(client: TestClient) -> None:
    register(client, "ada")
    for _ in range(3):
        for _ in range(4):
            assert log_in(client, "ada", "wrong password")[0] == 401
        assert log_in(client, "ada", PASSWORD)[0] == 200


def test_attempts_are_limited_for_each_address(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"login_attempts_per_address": 3}))) as client:
        answers = [log_in(client, f"user{number}", "wrong password")[0] for number in range(5)]
    assert answers == [401, 401, 401, 429, 429]


def test_a_success_is_not_held_against_the_address(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"login_attempts_per_address": 3}))) as client:
        register(client, "ada")
        answers = [log_in(client, "ada", PASSWORD)[0] for _ in range(6)]
    assert answers == [200] * 6


def test_many_log_in_at_once(generous: Settings) -> None:
    with TestClient(create_app(generous)) as client, ThreadPoolExecutor(8) as pool:
        register(client, "ada")
        answers = list(pool.map(lambda _: log_in(client, "ada", PASSWORD)[0], range(24)))
    assert answers == [200] * 24


def test_the_limit_ends_with_its_window(settings: Settings) -> None:
    brief = settings.model_copy(update={"login_attempts": 1, "login_window_seconds": 1})
    with TestClient(create_app(brief)) as client:
        assert log_in(client, "ada", "wrong password")[0] == 401
        assert log_in(client, "ada", "wrong password")[0] == 429
        time.sleep(1.1)
        assert log_in(client, "ada", "wrong password")[0] == 401


def _forge(**changes: object) -> str:
    claims = {"sub": "1", "iss": "blog", "iat": now(), "exp": now() + timedelta(minutes=5), **changes}
    return jwt.encode({key: value for key, value in claims.items() if value is not None}, SECRET)


def _unsigned() -> str:
    def part(content: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part({'sub': '1', 'iss': 'blog', 'iat': 0, 'exp': 2**40})}."


def test_a_token_that_is_not_ours_is_refused(client: TestClient, subtests: pytest.Subtests) -> None:
    register(client, "ada")
    assert client.get("/users/me", headers={"Authorization": f"Bearer {_forge()}"}).status_code == 200
    tokens = {
        "empty": "",
        "words": "no token",
        "unsigned": _unsigned(),
        "broken": _forge()[:-4] + "AAAA",
        "by another key": jwt.encode(
            {"sub": "1", "iss": "blog", "iat": 0, "exp": 2**40}, "another secret that is long enough"
        ),
        "expired": _forge(exp=now() - timedelta(seconds=1)),
        "for ever": _forge(exp=None),
        "of another service": _forge(iss="another service"),
        "of no user": _forge(sub="2"),
        "of a name": _forge(sub="ada"),
        "of user 0": _forge(sub="0"),
    }
    for name, token in tokens.items():
        with subtests.test(name):
            refused = client.get("/users/me", headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"


def test_a_password_is_stored_as_argon2id() -> None:
    passwords = Passwords()
    stored = anyio.run(passwords.hash, SecretStr(PASSWORD))
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert anyio.run(passwords.verify, stored, SecretStr(PASSWORD))
    assert not anyio.run(passwords.verify, stored, SecretStr(PASSWORD + "!"))
    assert not anyio.run(passwords.verify, "no hash", SecretStr(PASSWORD))
