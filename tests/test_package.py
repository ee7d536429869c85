"""What is in the wheel, by setup.cfg: all of blogstack/ and nothing else."""

from __future__ import annotations

from configparser import ConfigParser

import pytest

from tests.conftest import ROOT

PACKAGES = [path.parent for path in (ROOT / "blogstack").rglob("__init__.py")]


@pytest.fixture
def setup() -> ConfigParser:
    parsed = ConfigParser()
    parsed.read(ROOT / "setup.cfg")
    return parsed


def test_every_data_file_is_package_data(setup: ConfigParser) -> None:
    """A file that is no module reaches users only by a pattern under its package."""
    declared = {
        path
        for package, patterns in setup["options.package_data"].items()
        for pattern in patterns.split()
        for path in ROOT.joinpath(*package.split(".")).glob(pattern)
    }
    files = {path for path in (ROOT / "blogstack").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert declared == {path for path in files if path.suffix != ".py"}


def test_every_module_is_in_a_package(setup: ConfigParser) -> None:
    assert setup["options.packages.find"]["include"].split() == ["blogstack", "blogstack.*"]
    assert {path.parent for path in (ROOT / "blogstack").rglob("*.py")} == set(PACKAGES)
