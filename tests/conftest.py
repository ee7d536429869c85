"""Options and profiles of the tests."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from emulator import Emulator
from tests.support.console import Run

ROOT = Path(__file__).parent.parent

# Few examples for every day, many for `make soak`; never a deadline, because machines are noisy.
settings.register_profile(
    "blogstack",
    max_examples=int(os.environ.get("BLOGSTACK_SOAK", "25")),
    deadline=None,
    derandomize="BLOGSTACK_SOAK" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("blogstack")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-goldens` rewrites what the tests expect, and fails so that nobody leaves it on."""
    parser.addoption("--update-goldens", action="store_true", help="rewrite the expected files, list them and fail")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the emulated AWS is slow."""
    for item in items:
        if "emulator" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have counted, as they recorded it: `record_property("counted", text)`."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(str(text))


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's lint cache, or a setting for colours."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """One emulated AWS for all the tests; each test that uses it resets it first."""
    with Emulator() as started:
        yield started


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs blogstack in an empty folder, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    script = Path(sys.executable).with_name("blogstack")

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        options = {"env": environment, "capture_output": True, "text": True, "timeout": 120, **options}
        return subprocess.run([str(script), *arguments], **options)  # type: ignore[call-overload, no-any-return]

    return run
