"""The service starts with correct settings, and names a wrong variable."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from app.settings import Settings
from tests.app.service import ROOT

SECRET = "x" * 48
PRODUCTION = {"ENVIRONMENT": "production", "JWT_SECRET": SECRET}
PARTS = {
    "DATABASE_HOST": "db.example.com",
    "DATABASE_PORT": "5433",
    "DATABASE_NAME": "blog",
    "DATABASE_USER": "blog",
    "DATABASE_PASSWORD": "p@ss/w:rd",
}


def load(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_nothing_set_is_enough_for_development(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {})
    assert settings.port == 8000
    assert settings.database.render_as_string() == "sqlite:///blog.db"
    assert len(settings.signing_key()) >= 32


def test_the_database_from_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    url = load(monkeypatch, PRODUCTION | PARTS).database
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://blog:p%40ss%2Fw%3Ard@db.example.com:5433/blog?sslmode=require"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_database_from_its_address(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    url = load(monkeypatch, PRODUCTION | {"DATABASE_URL": f"{scheme}://u:p@db/blog?sslmode=verify-full"}).database
    assert url.drivername == "postgresql+psycopg"
    assert url.query == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"ENVIRONMENT": "production"} | PARTS, "JWT_SECRET is missing"),
        ({"ENVIRONMENT": "production", "JWT_SECRET": ""} | PARTS, "JWT_SECRET is missing"),
        ({"JWT_SECRET": "short"}, "JWT_SECRET is shorter than 32 bytes"),
        ({"JWT_SECRET_ACCEPTED": "short"}, "JWT_SECRET_ACCEPTED is shorter than 32 bytes"),
        (PRODUCTION, "DATABASE_HOST or DATABASE_URL must name a PostgreSQL"),
        (PRODUCTION | {"DATABASE_URL": "sqlite:///blog.db"}, "DATABASE_HOST or DATABASE_URL must name"),
        (PRODUCTION | PARTS | {"DATABASE_SSLMODE": "disable"}, "DATABASE_SSLMODE"),
        (PRODUCTION | {"DATABASE_URL": "postgresql://u:p@db/blog?sslmode=prefer"}, "sslmode in DATABASE_URL"),
        ({"DATABASE_HOST": "db"}, "DATABASE_PASSWORD is missing, and DATABASE_HOST needs it"),
        (PARTS | {"DATABASE_URL": "postgresql://u:p@db/blog"}, "not both"),
        ({"DATABASE_URL": "no address"}, "DATABASE_URL is not a URL"),
        ({"DATABASE_URL": "mysql://u:p@db/blog"}, "DATABASE_URL starts with 'mysql'"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL names no file"),
        ({"ENVIRONMENT": "prod"}, "environment\n"),
        ({"PORT": "http"}, "port\n"),
        ({"LOG_LEVEL": "loud"}, "log_level\n"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        load(monkeypatch, environment)
    assert expected in str(refused.value)
    for value in ("short", "p@ss/w:rd", "p%40ss", SECRET):
        assert value not in str(refused.value).replace("shorter", "")


@pytest.mark.parametrize("module", ["app", "app.migrate"])
def test_a_process_that_is_set_wrong_ends_with_one_line_each(module: str) -> None:
    environment = {"ENVIRONMENT": "production", "PORT": "8000", "DATABASE_HOST": "db"}
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: DATABASE_NAME is missing, and DATABASE_HOST needs it",
        "error: DATABASE_USER is missing, and DATABASE_HOST needs it",
        "error: DATABASE_PASSWORD is missing, and DATABASE_HOST needs it",
        "error: JWT_SECRET is missing, and ENVIRONMENT=production requires it",
    ]
