"""Accounts: another password, a better hash, deletion; and the limits on registrations."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from app.factory import create_app
from app.passwords import LOG_INS_WAITING, REGISTRATIONS_WAITING, Lane, Passwords
from app.settings import Settings
from tests.app.load import Result, load, post
from tests.app.postgres import Postgres
from tests.app.service import PATIENCE, Service
from tests.app.test_api import PASSWORD, register, write_post

NEW_PASSWORD = "staple of a better horse"


def log_in(client: httpx2.Client, username: str, password: str) -> int:
    return client.post("/token", data={"username": username, "password": password}).status_code


def value(settings: Settings, statement: str) -> object:
    with create_engine(settings.database, poolclass=NullPool).connect() as connection:
        return connection.scalar(text(statement))


def test_a_password_is_changed(client: TestClient) -> None:
    ada = register(client, "ada")
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert client.put("/users/me/password", headers=ada, json=change).status_code == 204
    assert log_in(client, "ada", PASSWORD) == 401
    assert log_in(client, "ada", NEW_PASSWORD) == 200


def test_a_password_is_not_changed_by_a_token_alone(client: TestClient) -> None:
    ada = register(client, "ada")
    change = {"current_password": "wrong password", "new_password": NEW_PASSWORD}
    answers = [client.put("/users/me/password", headers=ada, json=change).status_code for _ in range(6)]
    # Guesses are counted with those at the log-in.
    assert answers == [403] * 5 + [429]
    assert client.put("/users/me/password", json=change).status_code == 401


def test_a_log_in_replaces_a_hash_that_is_too_weak(client: TestClient, settings: Settings) -> None:
    register(client, "ada")
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    engine = create_engine(settings.database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE users SET password_hash = :hash"), {"hash": weak})
    assert log_in(client, "ada", "wrong password") == 401
    assert value(settings, "SELECT password_hash FROM users") == weak
    assert log_in(client, "ada", PASSWORD) == 200
    stored = value(settings, "SELECT password_hash FROM users")
    assert str(stored).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert log_in(client, "ada", PASSWORD) == 200
    assert value(settings, "SELECT password_hash FROM users") == stored


def test_a_deleted_account_takes_its_posts_and_comments_along(client: TestClient) -> None:
    ada, bob = register(client, "ada"), register(client, "bob")
    hers, his = write_post(client, ada), write_post(client, bob)
    comments = f"/posts/{his}/comments"
    client.post(comments, headers=ada, json={"body": "Well said."})
    assert client.delete("/users/me", headers=ada).status_code == 204
    assert client.get(f"/posts/{hers}").status_code == 404
    assert client.get(comments).json()["items"] == []
    assert [item["id"] for item in client.get("/posts").json()["items"]] == [his]
    new = {"title": "From beyond", "body": "It weaves."}
    for answer in (
        client.get("/users/me", headers=ada),
        client.put("/users/me", headers=ada, json={"display_name": "Ada"}),
        client.post("/posts", headers=ada, json=new),
        client.delete("/users/me", headers=ada),
    ):
        assert answer.status_code == 401
    assert log_in(client, "ada", PASSWORD) == 401


def test_a_token_is_not_kept_by_anything_on_its_way(client: TestClient) -> None:
    register(client, "ada")
    answer = client.post("/token", data={"username": "ada", "password": PASSWORD})
    assert answer.headers["cache-control"] == "no-store"


def test_refused_log_ins_write_no_row_each(settings: Settings) -> None:
    limited = settings.model_copy(update={"login_attempts_per_address": 3})
    with TestClient(create_app(limited)) as client:
        assert [log_in(client, f"user{number}", "wrong password") for number in range(3)] == [401] * 3
        before = value(settings, "SELECT count(*) FROM login_attempts")
        assert [log_in(client, f"other{number}", "wrong password") for number in range(20)] == [429] * 20
    assert value(settings, "SELECT count(*) FROM login_attempts") == before == 4


def test_registrations_are_limited_for_each_address(settings: Settings) -> None:
    limited = settings.model_copy(update={"registrations_per_address": 3})
    with TestClient(create_app(limited)) as client:
        new = [{"username": f"user{n}", "password": PASSWORD, "display_name": "A"} for n in (0, 0, 1, 2, 3)]
        answers = [client.post("/users", json=one) for one in new]
        assert [answer.status_code for answer in answers] == [201, 409, 201, 429, 429]
        assert answers[-1].headers["retry-after"] == "300"
        assert log_in(client, "user0", PASSWORD) == 200


def clients(service: Service, addresses: list[str]) -> list[int]:
    data = {"username": "ada", "password": "wrong password"}
    return [
        httpx2.post(f"{service.url}/token", data=data, headers={"X-Forwarded-For": address}).status_code
        for address in addresses
    ]


def test_an_address_is_the_one_that_the_load_balancer_saw(postgres: Postgres, subtests: pytest.Subtests) -> None:
    environment = postgres.environment(postgres.create_database()) | {"LOGIN_ATTEMPTS_PER_ADDRESS": "2"}
    # Each list is one client: what it writes itself stands left of what the balancer adds.
    one_client = {
        "public": ["203.0.113.8", "198.51.100.1, 203.0.113.8", "10.0.0.1, 203.0.113.8"],
        "private": ["10.1.2.3", "203.0.113.1, 10.1.2.3", "192.168.0.1,10.1.2.3"],
        "with a port": ["203.0.113.9:1234", "203.0.113.9:1235", "203.0.113.9"],
        "IPv6": ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3"],
        "IPv6 with a port": ["[2001:db8:1:3::1]:443", "2001:db8:1:3::2", "[2001:db8:1:3::4]:444"],
        "IPv4 in IPv6": ["203.0.113.10", "::ffff:203.0.113.10", "::ffff:203.0.113.10"],
        "no address": ["garbage", "", "127.0.0.1"],
    }
    with Service(environment) as service:
        for name, addresses in one_client.items():
            with subtests.test(name):
                assert clients(service, addresses) == [401, 401, 429]
        assert clients(service, ["2001:db8:1:4::1", "2001:db8:1:5::1", "2001:db8:1:6::1"]) == [401] * 3


def test_a_lane_refuses_at_once_what_would_wait_too_long() -> None:
    async def scenario() -> list[int]:
        lane = Lane("tests", waiting=3)
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        wait = asyncio.run_coroutine_threadsafe

        def work() -> int:
            wait(done.wait(), loop).result()
            return 200

        async def one() -> int:
            try:
                with lane.place():
                    return await lane.run(work)
            except HTTPException as refused:
                return refused.status_code if refused.headers else 0

        tasks = [asyncio.create_task(one()) for _ in range(6)]
        await asyncio.sleep(0)
        given_up = tasks.pop(3)
        given_up.cancel()
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(one()))
        await asyncio.sleep(0)
        done.set()
        return sorted(await asyncio.gather(*tasks))

    # One is worked on and three wait; who gives up leaves the place to another.
    assert asyncio.run(scenario()) == [200, 200, 200, 200, 503, 503]


def test_who_logs_in_does_not_wait_for_those_who_register() -> None:
    passwords = Passwords()

    async def scenario() -> tuple[int, int]:
        stored = await passwords.hash(SecretStr(PASSWORD))
        registering = [asyncio.create_task(passwords.hash(SecretStr(PASSWORD))) for _ in range(20)]
        check = await passwords.verify(stored, SecretStr(PASSWORD))
        assert check.matches
        waiting = sum(not task.done() for task in registering)
        await asyncio.gather(*registering)
        return waiting, len(registering)

    waiting, all_of_them = asyncio.run(scenario())
    assert waiting > all_of_them // 2


def test_a_flood_of_registrations_is_refused_early(postgres: Postgres) -> None:
    environment = postgres.environment(postgres.create_database())
    environment |= {"REGISTRATIONS_PER_ADDRESS": "1000000", "LOGIN_ATTEMPTS": "1000000"}
    body = f'{{"username": "ada", "password": "{PASSWORD}", "display_name": "Ada"}}'.encode()

    async def flood(service: Service) -> tuple[Result, list[int]]:
        stop = asyncio.Event()
        registering = asyncio.create_task(load(service.port, post("/users", body, {}), stop, workers=100))
        await asyncio.sleep(1)
        with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client, ThreadPoolExecutor(1) as pool:
            loop = asyncio.get_running_loop()
            answers = [await loop.run_in_executor(pool, log_in, client, "ada", PASSWORD) for _ in range(5)]
            assert (await loop.run_in_executor(pool, client.get, "/posts")).status_code == 200
        stop.set()
        return await registering, answers

    with Service(environment) as service:
        with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
            register(client, "ada")
        result, answers = asyncio.run(flood(service))
    assert answers == [200] * 5
    assert set(result.answers) == {"409", "503"}
    assert result.answers["503"] > result.answers["409"] > 0


def test_the_queues_are_short() -> None:
    # What waits is answered before the request's own limit, at half a vCPU: some 60 ms each while both lanes work.
    longest = LOG_INS_WAITING + REGISTRATIONS_WAITING
    assert longest * 0.06 < Settings().request_timeout / 2
