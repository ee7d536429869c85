"""The effect of the database's settings and of other sessions on the service."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.database import IDLE_SECONDS, Database
from app.settings import Settings
from tests.app.postgres import Postgres
from tests.app.service import PATIENCE, Service
from tests.app.test_api import Headers, register, write_post

CONTENT = {"title": "More", "body": "And counts."}


@pytest.fixture
def database(postgres: Postgres) -> str:
    return postgres.create_database()


@pytest.fixture
def client(postgres: Postgres, database: str) -> Iterator[httpx2.Client]:
    """A client of a service whose log it can read."""
    with (
        Service(postgres.environment(database)) as service,
        httpx2.Client(base_url=service.url, timeout=PATIENCE) as client,
    ):
        client.service = service  # type: ignore[attr-defined]
        yield client


@pytest.fixture
def ada(client: httpx2.Client) -> Headers:
    return register(client, "ada")


def test_times_are_utc_whatever_the_zone_of_the_database(postgres: Postgres, database: str) -> None:
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {database} SET timezone = 'Asia/Seoul'".encode())
    with (
        Service(postgres.environment(database)) as service,
        httpx2.Client(base_url=service.url, timeout=PATIENCE) as client,
    ):
        ada = register(client, "ada")
        made = client.post("/posts", headers=ada, json=CONTENT).json()
        comments = f"/posts/{made['id']}/comments"
        comment = client.post(comments, headers=ada, json={"body": "Well said."}).json()
        assert client.get(f"/posts/{made['id']}").json() == made
        assert client.get(comments).json()["items"] == [comment]
        (listed,) = client.get("/posts").json()["items"]
        account = client.get("/users/me", headers=ada).json()
    for moment in (made["created_at"], listed["updated_at"], comment["created_at"], account["created_at"]):
        assert moment.endswith("Z")


def test_writers_that_wait_for_a_row_leave_the_readers_a_connection(
    client: httpx2.Client, ada: Headers, postgres: Postgres, database: str
) -> None:
    url = f"/posts/{write_post(client, ada)}"
    with psycopg.connect(postgres.url(database)) as other, ThreadPoolExecutor(6) as pool:
        other.execute("SELECT 1 FROM posts FOR UPDATE")
        writers = [pool.submit(client.put, url, headers=ada, json=CONTENT) for _ in range(6)]
        reads = [client.get(path).status_code for path in ("/posts", url, "/posts", url)]
        assert not all(writer.done() for writer in writers)
        refused = [writer.result() for writer in writers]
    assert reads == [200] * 4
    assert {answer.status_code for answer in refused} == {503}
    assert client.put(url, headers=ada, json=CONTENT).status_code == 200
    # Those that waited for the row say so; those behind them waited for a connection.
    log = [json.loads(line) for line in client.service.log().splitlines()]  # type: ignore[attr-defined]
    failures = [line for line in log if "does not answer" in line["message"]]
    causes = {(line.get("error"), line.get("sqlstate")) for line in failures}
    assert ("LockNotAvailable", "55P03") in causes
    assert causes <= {("LockNotAvailable", "55P03"), ("TimeoutError", None)}
    assert {line["request_id"] for line in failures} == {answer.headers["x-request-id"] for answer in refused}


def test_a_connection_that_died_while_idle_costs_no_request(
    client: httpx2.Client, postgres: Postgres, ada: Headers
) -> None:
    write_post(client, ada)
    postgres.stop()
    postgres.start()
    time.sleep(IDLE_SECONDS + 0.1)
    assert [client.get("/posts").status_code for _ in range(6)] == [200] * 6


def test_requests_that_wait_for_a_connection_get_it_in_their_order(settings: Settings) -> None:
    clients, turns = range(4), 10
    served: list[int] = []

    async def ask(database: Database, client: int) -> None:
        for _ in range(turns):
            await database.read(text("SELECT 1"), {})
            served.append(client)

    async def scenario() -> None:
        database = Database(settings.model_copy(update={"database_pool_size": 1}))
        await asyncio.gather(*(ask(database, client) for client in clients))
        await database.close()

    asyncio.run(scenario())
    assert served == list(clients) * turns


def test_requests_that_are_given_up_leave_their_connections_to_others(shared_postgres: Postgres) -> None:
    url = SecretStr(shared_postgres.url(shared_postgres.create_database()))

    async def scenario() -> None:
        database = Database(Settings(database_url=url))
        slow = [asyncio.create_task(database.read(text("SELECT pg_sleep(60)"), {})) for _ in range(6)]
        await asyncio.sleep(0.5)
        for task in slow:
            task.cancel()
        results = await asyncio.gather(*slow, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        rows = await asyncio.gather(*(database.read(text("SELECT 1"), {}) for _ in range(6)))
        assert [list(found) for found in rows] == [[(1,)]] * 6
        await database.close()

    asyncio.run(scenario())
