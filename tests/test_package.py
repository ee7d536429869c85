"""The distribution has all of blogstack/ and nothing else, and works without this repository."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT

PACKAGES = [path.parent for path in (ROOT / "blogstack").rglob("__init__.py")]
VERSION = version("blogstack")


def python(*words: str, executable: Path = Path(sys.executable)) -> None:
    """Run Python, which has to succeed."""
    done = subprocess.run([executable, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel and the sdist that it is made from; of a copy, because a build writes into its folder."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    shutil.copytree(ROOT / "blogstack", source / "blogstack", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    python("-m", "build", "--outdir", str(folder), str(source))
    return sorted(folder.iterdir())


@pytest.fixture
def setup() -> ConfigParser:
    parsed = ConfigParser()
    parsed.read(ROOT / "setup.cfg")
    return parsed


def test_every_data_file_is_package_data(setup: ConfigParser) -> None:
    """A file that is not a module is in the distribution only with a pattern under its package."""
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


def test_the_address_of_the_repository_is_that_of_setup_cfg(setup: ConfigParser) -> None:
    """Pages, settings and the action name it in several forms; OWNER is the placeholder for the owner."""
    owner, name = setup["metadata"]["url"].removeprefix("https://github.com/").split("/")
    named = re.compile(rf"(?:github(?:usercontent)?\.com/|uses: |repo:)([\w.-]+)/({name}|REPOSITORY)\b")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {
        (path, match[1])
        for path in tracked.split("\0")
        if path.endswith((".md", ".txt", ".toml", ".cfg", ".yml", ".yaml", ".json"))
        for match in named.finditer((ROOT / path).read_text("utf-8"))
    }
    assert len(found) > 5
    assert {(path, other) for path, other in found if other != owner} == set()


@pytest.mark.slow
class TestDistribution:
    """What `pip install blogstack` gets. It takes the build back end and the dependencies from a package index."""

    def test_pypi_would_take_them(self, files: list[Path]) -> None:
        names = [f"blogstack-{VERSION}-py3-none-any.whl", f"blogstack-{VERSION}.tar.gz"]
        assert [path.name for path in files] == names
        python("-m", "twine", "check", "--strict", *map(str, files))
        with ZipFile(files[0]) as wheel:
            metadata = wheel.read(f"blogstack-{VERSION}.dist-info/METADATA").decode()
            modules = {name for name in wheel.namelist() if not name.startswith(("blogstack/", "blogstack-"))}
        for line in ("License-Expression: Apache-2.0", "Requires-Python: >=3.11", "Classifier: Typing :: Typed"):
            assert f"\n{line}\n" in metadata
        assert "\nProject-URL: Changelog, " in metadata
        links = re.findall(r"\]\(([^)\s]+)\)", metadata)
        assert len(links) > 20
        assert [link for link in links if not link.startswith("https://")] == []
        assert modules == set()

    def test_it_compiles_in_a_clean_environment(self, files: list[Path], tmp_path: Path) -> None:
        """Away from this repository, with its console script, its data and its types."""
        environment = tmp_path / "environment"
        python("-m", "venv", str(environment))
        scripts = environment / "bin"
        install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        python(*install, "--constraint", str(ROOT / "constraints.txt"), str(files[0]), executable=scripts / "python")
        (tmp_path / "blogstack.yaml").write_text("name: shop\nregion: eu-west-1\ndatabase: {}\ncache: {}\n")
        for words in (["compile"], ["compile", "--check"], ["explain", "BS301"], ["explain", "database"], ["cost"]):
            done = subprocess.run([scripts / "blogstack", *words], cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        (tmp_path / "user.py").write_text("import blogstack\n\nblogstack.compile_text('x', 'not bytes')\n")
        check = ["-m", "mypy", "--strict", "--python-executable", str(scripts / "python"), "user.py"]
        done = subprocess.run([sys.executable, *check], cwd=tmp_path, capture_output=True, text=True)
        assert 'has incompatible type "str"; expected "bytes"' in done.stdout
