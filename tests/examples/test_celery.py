"""examples/celery runs: the commands of its blogstack.yaml against PostgreSQL, Valkey and the S3 of an emulated AWS."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import boto3
import pytest
import yaml

from tests.app.postgres import Postgres, free_port
from tests.examples.valkey import Valkey

EXAMPLE = Path(__file__).parents[2] / "examples" / "celery"
FILE = yaml.safe_load((EXAMPLE / "blogstack.yaml").read_text())
(CMD,) = re.findall(r"^CMD (.*)$", (EXAMPLE / "Dockerfile").read_text(), re.M)
BUCKET = "shop-buckets-reports"
SECONDS = 30
HOST = FILE["service"]["environment"]["ALLOWED_HOSTS"]


class Application:
    """The three processes; the web process is asked as the load balancer asks it."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        """Run the release step."""
        self.environment = {**environment, "PORT": str(free_port())}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._folder = folder
        subprocess.run(self._command(FILE["service"]["release"]), cwd=EXAMPLE, env=self.environment, check=True)

    def _command(self, words: list[str]) -> list[str]:
        """A command of the container, with the programs of this environment and a folder of our own for /tmp."""
        own = [word.replace("/tmp/", f"{self._folder}/") for word in words]  # noqa: S108 (what the image has)
        return [str(Path(sys.executable).parent / own[0]), *own[1:]]

    def start(self, name: str, words: list[str]) -> None:
        """Start a process."""
        with (self._folder / name).open("wb") as log:
            self.processes[name] = subprocess.Popen(
                self._command(words), cwd=EXAMPLE, env=self.environment, stdout=log, stderr=log
            )

    def stop(self) -> dict[str, int]:
        """Stop every process as ECS does; returns their exit statuses."""
        for process in self.processes.values():
            process.terminate()
        return {name: process.wait(SECONDS) for name, process in self.processes.items()}

    def logs(self) -> str:
        """What the processes have said."""
        return "".join(f"--- {name}\n{(self._folder / name).read_text()}" for name in self.processes)

    def ask(self, path: str, data: dict[str, str] | None = None, host: str = HOST) -> tuple[int, str]:
        """Status and body of an answer; with data the request is a POST."""
        url = f"http://127.0.0.1:{self.environment['PORT']}{path}"
        body = urlencode(data).encode() if data else None
        request = urllib.request.Request(url, body, {"Host": host, "X-Forwarded-Proto": "https"})
        response: HTTPResponse
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 (on loopback)
            return response.status, response.read().decode()

    def eventually(self, condition: Callable[[], bool]) -> None:
        """Wait for something that takes an unknown, but not a long time."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)

    def is_up(self) -> bool:
        """Whether the web process answers."""
        try:
            return self.ask("/health")[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with ExitStack() as stack:
        postgres, valkey = stack.enter_context(Postgres()), stack.enter_context(Valkey())
        location = {"LocationConstraint": os.environ["AWS_REGION"]}
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        environment = {
            **{name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("AWS_")},
            **FILE["service"]["environment"],
            **postgres.environment(postgres.create_database()),
            "DATABASE_SSLMODE": "disable",
            "CACHE_URL": valkey.url,
            "SSL_CERT_FILE": str(valkey.authority),
            "REPORTS_BUCKET": BUCKET,
            "SECRET_KEY": "only for this test",
            "COUNT_SECONDS": "1",
        }
        made = Application(environment, tmp_path_factory.mktemp("celery"))
        try:
            made.start("service", json.loads(CMD))
            for name, worker in FILE["workers"].items():
                made.start(name, worker["command"])
            made.eventually(made.is_up)
            yield made
        finally:
            made.stop()


def test_the_worker_writes_what_the_web_process_asks_for(application: Application) -> None:
    status, body = application.ask("/reports", {"title": "Sales of May"})
    number = json.loads(body)["number"]
    assert status == 202
    application.eventually(lambda: application.ask(f"/reports/{number}")[0] == 200)
    assert application.ask(f"/reports/{number}") == (200, "Sales of May\n")
    stored = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{number}.txt")
    assert stored["Body"].read() == b"Sales of May\n"


def test_beat_has_the_worker_count_them(application: Application) -> None:
    application.ask("/reports", {"title": "Sales of June"})
    application.eventually(lambda: bool(json.loads(application.ask("/summary")[1])["written"]))


def test_the_load_balancer_asks_by_address(application: Application) -> None:
    for path in ("/health", "/ready"):
        assert application.ask(path, host="10.0.10.23:8000")[0] == 200


@pytest.mark.parametrize(
    "code",
    [
        "from django.core.cache import cache; cache.get('summary')",
        "from shop import celery_app; celery_app.connection().channel()",
    ],
)
def test_the_certificate_of_the_cache_is_checked(application: Application, code: str) -> None:
    code = f"import django; django.setup(); {code}"
    environment = {**application.environment, "DJANGO_SETTINGS_MODULE": "shop.settings"}
    for known in (True, False):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], cwd=EXAMPLE, env=environment, capture_output=True, text=True
        )
        assert (done.returncode == 0) == known, done.stderr
        assert ("CERTIFICATE_VERIFY_FAILED" in done.stderr) != known
        environment.pop("SSL_CERT_FILE", None)


def test_all_end_when_they_are_told_to(application: Application) -> None:
    """The last test: a deployment ends each with SIGTERM, which is no failure."""
    assert application.stop() == {"service": 0, "celery": 0, "beat": 0}
