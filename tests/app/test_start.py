"""How the service starts: without configuration, as the page shows it, and in production only with TLS."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.app.postgres import Postgres
from tests.app.service import ROOT, Service

PRODUCTION = {"ENVIRONMENT": "production", "JWT_SECRET": "x" * 48}
# Debian's own PostgreSQL, where there is one, because the tests' other one is built without TLS.
WITH_TLS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def test_uvicorn_serves_it_with_nothing_set(tmp_path: Path) -> None:
    service = Service({"PYTHONPATH": str(ROOT)})
    service.use("-m", "uvicorn", "--factory", "app.factory:create_app", "--port", str(service.port), folder=tmp_path)
    with service:
        assert httpx2.get(f"{service.url}/ready").json() == {"status": "ok"}
        assert httpx2.get(f"{service.url}/posts").json()["items"] == []
    assert (tmp_path / "blog.db").exists()


def test_the_quick_start_of_the_page_makes_a_post(tmp_path: Path) -> None:
    page = (ROOT / "docs/blog.md").read_text()
    script = next(block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "curl" in block)
    with Service({"SQLITE_PATH": str(tmp_path / "blog.db")}) as service:
        script = script.replace("http://127.0.0.1:8000", service.url)
        done = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, timeout=60)
        posts = httpx2.get(f"{service.url}/posts").json()["items"]
    assert done.returncode == 0, done.stderr
    assert [(post["title"], post["author"]["username"]) for post in posts] == [("Notes", "ada")]
    assert '"title":"Notes"' in done.stdout


def test_production_refuses_a_database_without_tls(shared_postgres: Postgres) -> None:
    environment = shared_postgres.environment(shared_postgres.create_database())
    with Service(PRODUCTION | environment) as service:
        assert httpx2.get(f"{service.url}/ready").status_code == 503
        assert "server does not support SSL" in service.log()
        assert environment["DATABASE_PASSWORD"] not in service.log()


@pytest.mark.skipif(not WITH_TLS, reason="no PostgreSQL of the system's own: none that serves TLS")
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed: no certificate for the server")
def test_production_uses_tls() -> None:
    with Postgres(WITH_TLS[-1].parent) as server:
        environment = PRODUCTION | server.environment(server.create_database())
        with Service(environment) as service:
            assert httpx2.get(f"{service.url}/ready").json() == {"status": "ok"}
            with psycopg.connect(server.url("postgres")) as connection:
                used = connection.execute(
                    "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'blog'"
                ).fetchall()
    assert used
    assert all(row == (True,) for row in used)
