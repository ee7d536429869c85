"""docs/django.md keeps the promises it makes: its files are taken from the page, run and asked."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.app.postgres import Postgres
from tests.app.service import ROOT, Service, eventually, refuses

PAGE = (ROOT / "docs/django.md").read_text()
FENCE = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a load balancer sends: the task's address, which is in nobody's ALLOWED_HOSTS.
PROBE = {"Host": "10.0.10.23:8000"}
VISITOR = {"Host": "blog.example.com", "X-Forwarded-Proto": "https"}


@pytest.fixture
def django(postgres: Postgres, tmp_path: Path) -> Iterator[Service]:
    """The page's project under gunicorn, as its image would start it."""
    files = FENCE.findall(PAGE)
    assert [name for name, _ in files] == [
        "config/health.py",
        "config/settings.py",
        "config/urls.py",
        "gunicorn.conf.py",
    ]
    for name, content in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    environment = {
        **postgres.environment(postgres.create_database()),
        "DATABASE_SSLMODE": "prefer",  # the tests' server has no certificate
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "blog.example.com",
        "PATH": str(Path(sys.executable).parent),
    }
    service = Service(environment, shutdown_delay="2")
    service.use("-m", "gunicorn", folder=tmp_path)
    with service:
        yield service


def test_a_django_project_keeps_the_promises(django: Service, postgres: Postgres) -> None:
    with httpx2.Client(base_url=django.url, timeout=30) as client:
        assert client.get("/health", headers=PROBE).status_code == 200
        assert client.get("/ready", headers=PROBE).status_code == 200
        assert client.get("/", headers=VISITOR).text == "Hello"
        assert client.get("/", headers=PROBE).status_code == 400
        assert client.get("/", headers={"Host": "blog.example.com"}).status_code == 301
        postgres.freeze()
        frozen = client.get("/ready", headers=PROBE)
        assert (frozen.status_code, frozen.json()) == (503, {"status": "TimeoutError"})
        assert client.get("/health", headers=PROBE).status_code == 200
        postgres.thaw()
        eventually(lambda: client.get("/ready", headers=PROBE).status_code == 200)
        postgres.stop()
        stopped = client.get("/ready", headers=PROBE)
        assert (stopped.status_code, stopped.json()) == (503, {"status": "OperationalError"})
        postgres.start()
        eventually(lambda: client.get("/ready", headers=PROBE).status_code == 200)


def test_a_django_project_serves_on_after_sigterm(django: Service) -> None:
    django.terminate()
    assert httpx2.get(f"{django.url}/", headers=VISITOR).text == "Hello"
    eventually(lambda: refuses(django.port))
    assert django.wait(30) == 0
