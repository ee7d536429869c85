"""Logging in: what a wrong attempt reveals, how many are allowed, and which tokens are accepted."""

import base64
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import anyio
import jwt
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.factory import create_app
from app.models import now
from app.passwords import Check, Passwords
from app.settings import Settings
from app.tokens import Tokens
from tests.app.conftest import SECRET
from tests.app.test_api import PASSWORD, register


def log_in(client: TestClient, username: str, password: str) -> tuple[int, object]:
    answer = client.post("/token", data={"username": username, "password": password})
    return answer.status_code, answer.json()


@pytest.fixture
def generous(settings: Settings) -> Settings:
    """Settings with which nobody runs out of attempts."""
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
        def _check(self, stored: str, password: str) -> Check:
            hashed.append(stored.rsplit("$", 2)[0])
            return super()._check(stored, password)

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


ANOTHER = "another secret that is long enough"


def _forge(key: str = SECRET, header: dict[str, object] | None = None, **changes: object) -> str:
    ours = jwt.get_unverified_header(Tokens(Settings(jwt_secret=SecretStr(key))).issue(1))
    claims = {"sub": "1", "iss": "blog", "iat": now(), "exp": now() + timedelta(minutes=5), **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    fields = {name: value for name, value in {**ours, **(header or {})}.items() if value is not None}
    return jwt.encode(claims, key, headers=fields)


def _unsigned() -> str:
    def part(content: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    header = {**jwt.get_unverified_header(_forge()), "alg": "none"}
    return f"{part(header)}.{part({'sub': '1', 'iss': 'blog', 'iat': 0, 'exp': 2**40})}."


def status_with(client: TestClient, token: str) -> int:
    return client.get("/users/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_that_is_not_ours_is_refused(client: TestClient, subtests: pytest.Subtests) -> None:
    register(client, "ada")
    assert status_with(client, _forge()) == 200
    tokens = {
        "empty": "",
        "words": "no token",
        "unsigned": _unsigned(),
        "broken": _forge()[:-4] + "AAAA",
        "by another key": _forge(ANOTHER),
        "by another key in our name": _forge(ANOTHER, jwt.get_unverified_header(_forge())),
        "by a key without a name": _forge(header={"kid": None}),
        "with more in its header": _forge(header={"jku": "https://example.com"}),
        "expired": _forge(exp=now() - timedelta(seconds=20)),
        "of the future": _forge(iat=now() + timedelta(seconds=20)),
        "for ever": _forge(exp=None),
        "for a year": _forge(exp=now() + timedelta(days=365)),
        "with fractions of seconds": _forge(exp=now().timestamp() + 300.5),
        "of another service": _forge(iss="another service"),
        "with a claim that we do not make": _forge(admin=True),
        "of no user": _forge(sub="2"),
        "of a number": _forge(sub=1),
        **{f"of {sub!r}": _forge(sub=sub) for sub in ("ada", "0", "-1", "+1", "01", " 1 ", "1_0", "1.0", "1\n")},
        "of another script": _forge(sub="\u0661"),
        "beyond 63 bits": _forge(sub=str(2**63)),
        "beyond 64 bits": _forge(sub=str(2**70)),
        "of a thousand digits": _forge(sub="1" * 1000),
    }
    for name, token in tokens.items():
        with subtests.test(name):
            refused = client.get("/users/me", headers={"Authorization": f"Bearer {token}"})
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"


def test_clocks_may_differ_by_some_seconds(client: TestClient) -> None:
    register(client, "ada")
    assert status_with(client, _forge(iat=now() + timedelta(seconds=5))) == 200
    assert status_with(client, _forge(exp=now() - timedelta(seconds=5))) == 200


def test_a_key_is_replaced_while_tasks_run(settings: Settings) -> None:
    old, new = SecretStr(SECRET), SecretStr(ANOTHER)
    stages = [(old, None), (old, new), (new, old), (new, None)]
    tasks = [Tokens(settings.model_copy(update={"jwt_secret": a, "jwt_secret_accepted": b})) for a, b in stages]
    # Two stages run side by side during a deployment, and each accepts the other's tokens.
    for before, after in pairwise(tasks):
        assert before.user_id(after.issue(1)) == 1
        assert after.user_id(before.issue(1)) == 1
    assert tasks[0].user_id(tasks[2].issue(1)) is None


def test_a_password_is_stored_as_argon2id() -> None:
    passwords = Passwords()
    stored = anyio.run(passwords.hash, SecretStr(PASSWORD))
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert anyio.run(passwords.verify, stored, SecretStr(PASSWORD)) == Check(matches=True)
    assert anyio.run(passwords.verify, stored, SecretStr(PASSWORD + "!")) == Check(matches=False)
    assert anyio.run(passwords.verify, "no hash", SecretStr(PASSWORD)) == Check(matches=False)
