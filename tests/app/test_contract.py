"""The template, the image and the application agree: port, paths, environment, times."""

import json
import re
from typing import Any

import pytest
import yaml

from app.factory import create_app
from app.settings import Settings
from app.startup import START_SECONDS
from tests.app.service import ROOT

# The configuration language's defaults, as its reference states them.
DEFAULTS: dict[str, Any] = {
    "port": 8000,
    "path": "/health",
    "grace_period": 60,
    "stop_timeout": 30,
    "idle_timeout": 60,
    "readonly_root": True,
    "max": 10,
}
DATABASE_VARIABLES = {"HOST", "PORT", "NAME", "USER", "PASSWORD"}
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds(duration: object) -> int:
    """A duration of blogstack.yaml: 30, 30s, 2m, 1h."""
    found = re.fullmatch(r"(\d+)([smh]?)", str(duration))
    assert found, duration
    return int(found[1]) * UNITS[found[2]]


@pytest.fixture(scope="module")
def stack() -> dict[str, Any]:
    """The repository's own blogstack.yaml."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "blogstack.yaml").read_text())
    return loaded


@pytest.fixture(scope="module")
def service(stack: dict[str, Any]) -> dict[str, Any]:
    """The keys of the service, with the defaults of those that are not written."""
    given = stack.get("service") or {}
    return {**DEFAULTS, **(given.get("health") or {}), **{key: given[key] for key in given if key != "health"}}


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """The Dockerfile's last stage, each instruction on one line."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.split(r"^FROM .*$", text, flags=re.MULTILINE)[-1]


def instruction(dockerfile: str, name: str) -> str:
    (found,) = re.findall(rf"^{name} +(.*)$", dockerfile, flags=re.MULTILINE)
    return re.sub(r"\s+", " ", found)


def test_the_port(service: dict[str, Any], dockerfile: str) -> None:
    assert Settings().port == service["port"]
    assert instruction(dockerfile, "EXPOSE") == str(service["port"])
    assert f"PORT={service['port']} " in instruction(dockerfile, "ENV") + " "


def test_the_paths(service: dict[str, Any]) -> None:
    paths = create_app(Settings()).openapi()["paths"]
    for path in (service["path"], service["ready_path"]):
        assert "200" in paths[path]["get"]["responses"]
    assert service["path"] != service["ready_path"]


def test_the_health_check(service: dict[str, Any], dockerfile: str) -> None:
    check = instruction(dockerfile, "HEALTHCHECK")
    command = check.split(" CMD ")[1].replace('"', "").replace("${PORT}", str(service["port"]))
    assert command == f"curl -fsS http://127.0.0.1:{service['port']}{service['path']} || exit 1"


def test_the_environment(stack: dict[str, Any], service: dict[str, Any]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    assert {f"DATABASE_{part}" for part in DATABASE_VARIABLES} <= known
    assert {*(service.get("environment") or {}), *(service.get("secrets") or {})} <= known
    if (service.get("environment") or {}).get("ENVIRONMENT") == "production":
        assert "JWT_SECRET" in (service.get("secrets") or {})
        assert "database" in stack


def test_the_release_step_alone_migrates(service: dict[str, Any]) -> None:
    assert service["release"] == ["python", "-m", "app.migrate"]
    assert service["environment"]["MIGRATE_ON_START"] == "false"
    # `aws ecs wait tasks-stopped` asks 100 times, every 6 s; the printed commands call it more than once.
    assert Settings().migrate_timeout < 600


def test_the_connections_of_a_deployment_fit_the_smallest_database(stack: dict[str, Any]) -> None:
    task = Settings().database_pool_size + 1
    others, reserved = 3, 5  # the release step, its look at who holds a lock, a person; PostgreSQL's own
    page = (ROOT / "docs/blog.md").read_text()
    rows = re.findall(r"^\| (\d+) GiB[^|]*\|[^|]*\| (\d+) \| (\d+) \|$", page, flags=re.MULTILINE)
    assert len(rows) == 7
    for memory, connections, largest in (map(int, row) for row in rows):
        # What RDS sets, of four fifths of the memory, in round numbers.
        assert 0 <= min(memory * 2**30 * 0.8 / 9531392, 5000) - connections <= connections / 100
        assert largest == (connections - reserved - others) // (2 * task)
    # The default class has 1 GiB.
    assert (stack.get("scaling") or {}).get("max", DEFAULTS["max"]) <= int(rows[0][2])


def test_the_times(stack: dict[str, Any], service: dict[str, Any]) -> None:
    settings = Settings()
    check = (stack.get("load_balancer") or {}).get("health_check") or {}
    assert seconds(check.get("grace_period", DEFAULTS["grace_period"])) > START_SECONDS
    # SIGTERM, the delay, the longest request that began at its end, and closing the connections.
    assert settings.shutdown_delay + settings.request_timeout + 3 <= seconds(service["stop_timeout"])
    balancer = stack.get("load_balancer") or {}
    assert settings.keep_alive > seconds(balancer.get("idle_timeout", DEFAULTS["idle_timeout"]))


def test_the_image_suits_a_read_only_root_and_an_unprivileged_user(dockerfile: str) -> None:
    assert json.loads(instruction(dockerfile, "CMD")) == ["python", "-m", "app"]
    uid, gid = instruction(dockerfile, "USER").split(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert "SQLITE_PATH=/tmp/" in instruction(dockerfile, "ENV")
    assert "pip" not in dockerfile


def test_the_image_is_built_on_a_base_that_nobody_can_move() -> None:
    stages = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert stages == ["${BASE}", "${BASE}"]
    base = re.search(r"^ARG BASE=(\S+)$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert base is not None
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base[1])


def pinned(file: str) -> set[str]:
    """The requirements of a file, of which every one must have a version and hashes."""
    lines = (ROOT / file).read_text().replace("\\\n", " ").splitlines()
    found = [line for line in lines if line and not line.lstrip().startswith("#")]
    for line in found:
        assert re.match(r"^\S+==\S+ .*--hash=sha256:", line), line
    return {line.split()[0] for line in found}


def test_the_image_installs_only_what_is_pinned_by_hash() -> None:
    assert "--require-hashes" in (ROOT / "Dockerfile").read_text()
    assert pinned("app/requirements.txt") < pinned("app/requirements-telemetry.txt")
