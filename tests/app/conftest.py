"""Databases and applications for the tests: each test gets an empty database of each kind."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.factory import create_app
from app.settings import Settings
from tests.app.postgres import Postgres

SECRET = "a secret that is long enough for HS256"
BOTH = ("sqlite", "postgresql")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not see the environment variables of the developer's machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    """Undo what an application does to the process's logging."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests that leave it running."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def breakable_postgres() -> Iterator[Postgres]:
    """Another for those that do not."""
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres(breakable_postgres: Postgres) -> Iterator[Postgres]:
    """A PostgreSQL that a test may stop and freeze; it runs again for the next."""
    yield breakable_postgres
    breakable_postgres.mend()


@pytest.fixture(params=BOTH)
def database_environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The variables that name an empty database; each test that uses it runs on both kinds."""
    if request.param == "sqlite":
        return {"SQLITE_PATH": str(tmp_path / "blog.db")}
    server: Postgres = request.getfixturevalue("shared_postgres")
    return server.environment(server.create_database())


@pytest.fixture
def settings(database_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings as a container reads them, on an empty database."""
    for name, value in {"JWT_SECRET": SECRET, **database_environment}.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A client of an application in this process."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
