"""docs/django.md is correct: its files are extracted from the page, run and requested."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from tests.app.postgres import Postgres
from tests.app.service import ROOT, Service, eventually, refuses

BIN = Path(sys.executable).parent
PAGE = (ROOT / "docs/django.md").read_text()
FILES = dict(re.findall(r"^```(?:python|text|dockerfile)\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
CONFIGURATION, CAREFUL = (yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.DOTALL))
HOST = CONFIGURATION["domain"]["name"]
# What a load balancer sends: the task's address, which is in nobody's ALLOWED_HOSTS.
PROBE = {"Host": "10.0.10.23:8000"}
VISITOR = {"Host": HOST, "X-Forwarded-Proto": "https"}
# An application of one's own, on top of the page's files: a page that fails, and the limits of the database.
OWN = {
    "config/settings.py": 'INSTALLED_APPS.append("own")\n',
    "config/urls.py": """
from own import limits


def bug(request):
    raise RuntimeError("inside knowledge")


urlpatterns += [path("bug", bug), path("limits", lambda request: HttpResponse(limits()))]
""",
    "own/__init__.py": """
import json

from django.db import connection


def limits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout')")
        return json.dumps(dict(cursor.fetchall()))
""",
    "own/migrations/__init__.py": "",
    "own/migrations/0001_initial.py": """
from django.db import migrations

from own import limits


class Migration(migrations.Migration):
    operations = [migrations.RunPython(lambda apps, editor: print(f"limits={limits()}"))]
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The page's files, and another application."""
    for files in (FILES, OWN):
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            with (tmp_path / name).open("a") as file:
                file.write(content)
    return tmp_path


@pytest.fixture
def environment(postgres: Postgres) -> dict[str, str]:
    """The variables of the page's blogstack.yaml, for the service and for the release step."""
    given = CONFIGURATION["service"]
    assert set(given["secrets"].values()) == {"generate"}
    return {
        **postgres.environment(postgres.create_database()),
        "DATABASE_SSLMODE": "prefer",  # the tests' server has no certificate
        **given["environment"],
        **dict.fromkeys(given["secrets"], "x" * 48),
        "PATH": str(BIN),
    }


def serve(project: Path, environment: dict[str, str]) -> Service:
    """The command of the page's image."""
    service = Service(environment, shutdown_delay="2")
    (command,) = re.findall(r"^CMD (.*)$", FILES["Dockerfile"], re.MULTILINE)
    program, *words = json.loads(command)
    service.use(str(BIN / program), *words, folder=project)
    return service


@pytest.fixture
def django(project: Path, environment: dict[str, str]) -> Iterator[Service]:
    """The page's project under gunicorn, as its image would start it."""
    with serve(project, environment) as service:
        yield service


def test_a_django_project_keeps_the_promises(django: Service, postgres: Postgres) -> None:
    with httpx2.Client(base_url=django.url, timeout=30) as client:
        assert client.get("/health", headers=PROBE).status_code == 200
        assert client.get("/ready", headers=PROBE).status_code == 200
        assert client.get("/", headers=VISITOR).text == "Hello"
        assert client.get("/", headers=PROBE).status_code == 400
        assert client.get("/", headers={"Host": HOST}).status_code == 301
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


def test_django_finds_nothing_to_object_to(project: Path, environment: dict[str, str]) -> None:
    """`check --deploy`, with the settings of production."""
    words = [str(BIN / "python"), "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    secret = {"SECRET_KEY": f"{'x' * 32}{'0123456789abcdef' * 2}"}  # what `generate` makes is as long
    done = subprocess.run(words, cwd=project, env=environment | secret, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_static_files_are_gathered(project: Path) -> None:
    """With the page's settings for them, and the admin's files."""
    (addition,) = re.findall(r"^```python\n(INSTALLED_APPS \+= .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (build,) = re.findall(r"^RUN DEBUG=true python (.*collectstatic.*)$", PAGE, re.MULTILINE)
    with (project / "config/settings.py").open("a") as settings:
        settings.write(addition + 'INSTALLED_APPS += ["django.contrib.admin", "django.contrib.messages"]\n')
    words = [str(BIN / "python"), *build.split(), "--skip-checks"]
    done = subprocess.run(words, cwd=project, env={"DEBUG": "true"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (project / "static-files/admin/css/base.css").is_file()


def test_a_django_project_serves_on_after_sigterm(django: Service) -> None:
    django.terminate()
    assert httpx2.get(f"{django.url}/", headers=VISITOR).text == "Hello"
    eventually(lambda: refuses(django.port))
    assert django.wait(30) == 0


def test_a_bug_leaves_its_traceback_and_the_time_is_utc(django: Service) -> None:
    answer = httpx2.get(f"{django.url}/bug", headers=VISITOR)
    assert (answer.status_code, "inside knowledge" in answer.text) == (500, False)
    eventually(lambda: '"GET /bug HTTP/1.1" 500' in django.log())
    assert re.findall(r" ERROR django\.request: .*/bug\nTraceback ", django.log())
    assert django.log().count("\nRuntimeError: inside knowledge") == 1
    assert re.findall(r'\[\S+ \+0000\] "GET /bug ', django.log())


def test_it_runs_with_debug_and_nothing_else(project: Path, tmp_path: Path) -> None:
    assert "`DEBUG=true gunicorn`" in PAGE
    with serve(project, {"DEBUG": "true", "SQLITE_PATH": str(tmp_path / "django.db"), "PATH": str(BIN)}) as service:
        assert httpx2.get(f"{service.url}/").text == "Hello"
        assert httpx2.get(f"{service.url}/ready").json() == {"status": "ok"}
        httpx2.get(f"{service.url}/bug")
        eventually(lambda: '"GET /bug HTTP/1.1" 500' in service.log())
        assert service.log().count("\nRuntimeError: inside knowledge") == 1


def released(project: Path, environment: dict[str, str], configuration: Any) -> dict[str, str]:  # noqa: ANN401
    """The limits that a migration has in the release step of this configuration."""
    # The words of `env` are found in the system's path, as in the image.
    environment = {**environment, "PATH": f"{BIN}:/usr/bin:/bin"}
    command = configuration["service"]["release"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (limits,) = re.findall(r"limits=(.*)", done.stdout)
    found: dict[str, str] = json.loads(limits)
    return found


def test_a_request_is_limited_and_a_migration_is_not(
    django: Service, project: Path, environment: dict[str, str]
) -> None:
    limits = httpx2.get(f"{django.url}/limits", headers=VISITOR).json()
    assert limits == {"statement_timeout": "8000", "lock_timeout": "3000"}
    assert released(project, environment, CONFIGURATION) == {"statement_timeout": "0", "lock_timeout": "0"}


def test_a_migration_may_give_up_before_the_requests_behind_it(project: Path, environment: dict[str, str]) -> None:
    assert released(project, environment, CAREFUL) == {"statement_timeout": "0", "lock_timeout": "2000"}


def test_the_image_has_every_file_and_no_other(tmp_path: Path) -> None:
    copied = [
        word for words in re.findall(r"^COPY (.*) \S+$", FILES["Dockerfile"], re.MULTILINE) for word in words.split()
    ]
    assert sorted({name.split("/")[0] for name in FILES} - {"Dockerfile"}) == sorted(copied)
    (tmp_path / "Dockerfile").write_text(FILES["Dockerfile"])
    done = subprocess.run([BIN / "hadolint", tmp_path / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_the_requirements_are_what_the_tests_use() -> None:
    for line in FILES["requirements.txt"].splitlines():
        name, extra = re.fullmatch(r"([a-z]+)(?:\[([a-z]+)\])?", line).groups()  # type: ignore[union-attr]
        assert version(name)
        assert extra is None or any(f'extra == "{extra}"' in needed for needed in requires(name) or [])
