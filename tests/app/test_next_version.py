"""The blog works with its own next version: forward, back and forward again under load, whatever holds a lock."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.app.load import Result, get, load, post
from tests.app.next_version import contracted, expanded, release
from tests.app.postgres import Postgres
from tests.app.service import PATIENCE, ROOT, Service, eventually
from tests.app.test_api import register

# As the template has it: the release step migrates, and nobody else.
RELEASED = {"MIGRATE_ON_START": "false", "JWT_SECRET": "the same for every task of the service"}


def environment_of(postgres: Postgres) -> tuple[dict[str, str], str]:
    database = postgres.create_database()
    return postgres.environment(database), postgres.url(database)


def version(folder: Path, environment: dict[str, str]) -> Service:
    service = Service(environment | RELEASED)
    service.use("-m", "app", folder=folder)
    return service


async def under_load(services: list[Service], author: dict[str, str], work: Callable[[], Awaitable[None]]) -> Result:
    """Read and write on all of them for as long as the work lasts."""
    stop = asyncio.Event()
    new = post("/posts", b'{"title": "Notes", "body": "It weaves."}', author)
    requests = [(service.port, request) for service in services for request in (get("/posts"), new)]
    running = [asyncio.create_task(load(port, request, stop, workers=2, pause=0.01)) for port, request in requests]
    try:
        await work()
        await asyncio.sleep(0.5)
    finally:
        stop.set()
        results = await asyncio.gather(*running)
    total = Result()
    for result in results:
        assert result.sent > 0
        total.answers += result.answers
    return total


def registered(service: Service) -> dict[str, str]:
    with httpx2.Client(base_url=service.url, timeout=PATIENCE) as client:
        return register(client, "ada")


def test_forward_back_and_forward_again_under_load(shared_postgres: Postgres, tmp_path: Path) -> None:
    environment, url = environment_of(shared_postgres)
    new = expanded(tmp_path)

    async def step(folder: Path, author: dict[str, str], running: list[Service]) -> Result:
        """One deployment: the release step, then a task, next to the running ones."""

        async def deploy() -> None:
            done = await asyncio.to_thread(release, folder, environment)
            assert done.returncode == 0, done.stdout
            started = await asyncio.to_thread(stack.enter_context, version(folder, environment))
            assert httpx2.get(f"{started.url}/ready").status_code == 200
            assert httpx2.get(f"{started.url}/posts").status_code == 200
            running.append(started)

        result = await under_load(list(running), author, deploy)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
        return result

    async def deployments(author: dict[str, str], running: list[Service]) -> list[Result]:
        return [await step(folder, author, running) for folder in (new, ROOT, new)]

    assert release(ROOT, environment).returncode == 0
    with ExitStack() as stack:
        first = stack.enter_context(version(ROOT, environment))
        running = [first]
        results = asyncio.run(deployments(registered(first), running))
        assert len(running) == 4
    for result in results:
        assert set(result.answers) == {"200", "201"}, result.answers


def test_an_older_version_that_migrates_on_start_serves_a_newer_schema(postgres: Postgres, tmp_path: Path) -> None:
    environment, _ = environment_of(postgres)
    assert release(expanded(tmp_path), environment).returncode == 0
    with Service(environment) as service:
        assert httpx2.get(f"{service.url}/posts").status_code == 200
        assert "the schema, 0002, is newer than this version and can serve it" in service.log()


@pytest.mark.parametrize("module", ["app.migrate", "app"])
def test_a_version_that_is_too_old_says_what_it_lacks(postgres: Postgres, tmp_path: Path, module: str) -> None:
    environment, _ = environment_of(postgres)
    assert release(contracted(tmp_path), environment).returncode == 0
    if module == "app":
        with pytest.raises(RuntimeError) as failed, Service(environment):
            pass
        log = str(failed.value)
        assert "ended with 3" in log
    else:
        done = release(ROOT, environment)
        assert done.returncode == 1
        log = done.stdout
        assert "Traceback" not in log
    assert "the schema, 0003, is too new for this version: users has no column bio" in log


def waits_for_a_table(url: str) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL AND NOT granted"
    with psycopg.connect(url) as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    return bool(found[0])


def test_a_migration_lets_requests_pass_while_it_waits_for_a_table(shared_postgres: Postgres, tmp_path: Path) -> None:
    environment, url = environment_of(shared_postgres)
    assert release(ROOT, environment).returncode == 0
    log: list[str] = []

    async def migrate_behind_a_report() -> None:
        with psycopg.connect(url, application_name="report") as report:
            report.execute("SELECT count(*) FROM posts")
            migration = asyncio.create_task(asyncio.to_thread(release, expanded(tmp_path), environment))
            for _ in range(2):  # it tries, and steps aside
                await asyncio.to_thread(eventually, lambda: waits_for_a_table(url))
                await asyncio.to_thread(eventually, lambda: not waits_for_a_table(url))
            assert not migration.done()
            report.rollback()
        done = await migration
        assert done.returncode == 0, done.stdout
        log.append(done.stdout)

    with version(ROOT, environment) as service:
        result = asyncio.run(under_load([service], registered(service), migrate_behind_a_report))
    assert set(result.answers) == {"200", "201"}, result.answers
    waits = [line for line in map(json.loads, log[0].splitlines()) if "the migration waits" in line["message"]]
    assert len(waits) >= 2
    assert "LockNotAvailable" in waits[0]["message"]
    (holder,) = waits[0]["held_by"]
    assert "of blog (report, idle in transaction, for " in holder
    assert "posts (AccessShareLock)" in holder


def test_a_migration_gives_up_in_the_end_and_says_who_is_in_its_way(shared_postgres: Postgres, tmp_path: Path) -> None:
    environment, url = environment_of(shared_postgres)
    assert release(ROOT, environment).returncode == 0
    with psycopg.connect(url, application_name="report") as report:
        report.execute("SELECT count(*) FROM posts")
        done = release(expanded(tmp_path), environment | {"MIGRATE_TIMEOUT": "3"})
    assert done.returncode == 1
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["message"].startswith("the migration failed: gave up after 3 s: LockNotAvailable")
    assert "report" in last["held_by"][0]
    assert "Traceback" not in done.stdout


def test_a_database_that_is_away_at_start_is_waited_for(postgres: Postgres) -> None:
    environment, _ = environment_of(postgres)
    postgres.stop()
    with Service(environment) as service:
        ready, posts = (httpx2.get(service.url + path, timeout=PATIENCE) for path in ("/ready", "/posts"))
        for answer in (ready, posts):
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "5"
        assert httpx2.get(f"{service.url}/health").status_code == 200
        postgres.start()
        eventually(lambda: httpx2.get(f"{service.url}/ready").status_code == 200)
        assert httpx2.get(f"{service.url}/posts").json()["items"] == []


def test_a_start_that_waits_in_vain_ends(postgres: Postgres) -> None:
    environment, _ = environment_of(postgres)
    postgres.stop()
    with Service(environment | {"MIGRATE_TIMEOUT": "3"}) as service:
        assert service.wait(PATIENCE) == 3
        assert "the migration failed: gave up after 3 s: OperationalError" in service.log()
        assert environment["DATABASE_PASSWORD"] not in service.log()


def test_a_start_that_waits_ends_when_told(postgres: Postgres) -> None:
    environment, _ = environment_of(postgres)
    postgres.stop()
    with Service(environment) as service:
        threading.Timer(0.5, service.terminate).start()
        assert service.wait(PATIENCE) == 0
