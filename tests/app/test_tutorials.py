"""The applications of docs/tutorials work: built as the page says, started as their image starts them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.app.postgres import Postgres
from tests.app.service import ROOT, Service, eventually
from tools.walkthrough import File, steps

BIN = Path(sys.executable).parent
PROBE = {"Host": "10.0.10.23:8000"}


def make(name: str, folder: Path) -> None:
    """The project at the end of a tutorial."""
    for step in steps(ROOT / f"docs/tutorials/{name}.md"):
        if isinstance(step, File):
            step.write(folder)


def variables(postgres: Postgres) -> dict[str, str]:
    """The variables of a container with `database`."""
    database = postgres.environment(postgres.create_database())
    return {**database, "DATABASE_SSLMODE": "prefer", "PATH": str(BIN)}  # the tests' server has no certificate


def serve(folder: Path, environment: dict[str, str]) -> Service:
    """What the Dockerfile starts, on a free port."""
    (command,) = re.findall(r"^CMD (.*)$", (folder / "Dockerfile").read_text(), re.MULTILINE)
    program, *words = json.loads(command)
    service = Service(environment, shutdown_delay=None)
    service.use(str(BIN / program), *(word.replace("8000", str(service.port)) for word in words), folder=folder)
    return service


def run(folder: Path, environment: dict[str, str], *command: str) -> str:
    """Run Python in the project; returns what it prints."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_fastapi(tmp_path: Path, postgres: Postgres) -> None:
    make("fastapi", tmp_path)
    environment = variables(postgres)
    for _ in range(2):  # each deployment runs the release step
        assert run(tmp_path, environment, "migrate.py") == "the database is up to date\n"
    with serve(tmp_path, environment) as service:
        assert httpx2.get(f"{service.url}/ready").status_code == 200
        assert httpx2.get(service.url).json() == []
        postgres.stop()
        assert httpx2.get(f"{service.url}/health").status_code == 200
        away = httpx2.get(f"{service.url}/ready", timeout=30)
        assert (away.status_code, away.json()) == (503, {"status": "OperationalError"})
        postgres.start()
        eventually(lambda: httpx2.get(f"{service.url}/ready", timeout=30).status_code == 200)


@pytest.fixture
def django(tmp_path: Path) -> Path:
    """A project of django-admin with the tutorial's changes."""
    run(tmp_path, {"PATH": str(BIN)}, "-m", "django", "startproject", "mysite", ".")
    make("django", tmp_path)
    return tmp_path


def test_django(django: Path, postgres: Postgres) -> None:
    environment = {**variables(postgres), "SECRET_KEY": "x" * 48, "ALLOWED_HOSTS": "www.example.com"}
    run(django, {"PATH": str(BIN), "SECRET_KEY": "build"}, "manage.py", "collectstatic", "--noinput")
    assert "Applying auth" in run(django, environment, "manage.py", "migrate")
    visitor = {"Host": "www.example.com", "X-Forwarded-Proto": "https"}
    with serve(django, environment) as service:
        assert httpx2.get(f"{service.url}/health", headers=PROBE).json() == {"status": "ok"}
        assert httpx2.get(f"{service.url}/ready", headers=PROBE).status_code == 200
        assert httpx2.get(f"{service.url}/admin/login/", headers=visitor).status_code == 200
        assert httpx2.get(f"{service.url}/static/admin/css/base.css", headers=visitor).status_code == 200
        assert httpx2.get(f"{service.url}/admin/login/", headers={"Host": "www.example.com"}).status_code == 301
        assert httpx2.get(f"{service.url}/admin/login/", headers=PROBE).status_code == 400
        postgres.stop()
        assert httpx2.get(f"{service.url}/health", headers=PROBE).status_code == 200
        away = httpx2.get(f"{service.url}/ready", headers=PROBE, timeout=30)
        assert (away.status_code, away.json()) == (503, {"status": "OperationalError"})
        postgres.start()
        eventually(lambda: httpx2.get(f"{service.url}/ready", headers=PROBE, timeout=30).status_code == 200)


def test_django_without_the_image(django: Path) -> None:
    """On the developer's machine none of it is needed, and the project works as startproject created it."""
    assert "Applying auth" in run(django, {"PATH": str(BIN)}, "manage.py", "migrate")
    run(django, {"PATH": str(BIN)}, "manage.py", "check")
