"""Options and profiles of the tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the verdicts that the developer's own runs remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
