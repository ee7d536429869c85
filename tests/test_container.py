"""container/Dockerfile: built with buildah, and compiled with in its image.

Its base comes from a registry, which a test should not need: Debian with its own Python stands in for it, and
`pip` gets its packages from a folder. `make container` runs this; it takes some minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.console import MINIMAL

# The suite whose Python is that of the tests, so that the same wheels fit.
SUITE = {(3, 11): "bookworm", (3, 13): "trixie"}.get(sys.version_info[:2])
PACKAGES = "ca-certificates,git,python-is-python3,python3,python3-venv"

pytestmark = [
    pytest.mark.container,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (SUITE and shutil.which("buildah") and shutil.which("debootstrap") and os.geteuid() == 0),
        reason="it needs buildah, debootstrap, root, and a Python that a Debian has",
    ),
]


def run(*command: str | Path) -> str:
    """Run a program, which has to succeed; returns what it prints."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


class Container:
    """A container of the built image."""

    def __init__(self, folder: Path) -> None:
        storage = ("--root", folder / "storage", "--runroot", folder / "run", "--storage-driver", "vfs")
        self._buildah = ("buildah", *storage)
        base, wheels = folder / "base", folder / "wheels"
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
        wanted = ("--only-binary", ":all:", "--constraint", "constraints.txt", "--dest", wheels, ROOT, "setuptools>=77")
        run(*pip, *wanted)
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", str(SUITE), base)
        (base / "etc/pip.conf").write_text("[install]\nno-index = true\nfind-links = /wheels\n")
        scratch = self.buildah("from", "scratch")
        self.buildah("copy", scratch, base, "/")
        self.buildah("commit", "--rm", scratch, "base")
        self.buildah(
            *("build", "--isolation", "chroot", "--format", "docker", "--build-arg", "BASE=localhost/base"),
            *("--volume", f"{wheels}:/wheels:ro", "--file", "container/Dockerfile", "--tag", "blogstack", "."),
        )
        self._name = self.buildah("from", "--pull-never", "blogstack")

    def buildah(self, *arguments: str | Path) -> str:
        return run(*self._buildah, *arguments).strip()

    def run(self, work: Path, *command: str) -> str:
        """Run a command with a folder as /work; returns what it prints."""
        return self.buildah("run", "--isolation", "chroot", "--volume", f"{work}:/work", self._name, "--", *command)


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = tmp_path_factory.mktemp("container")
    yield Container(folder)
    shutil.rmtree(folder)


def test_it_compiles_a_mounted_folder(container: Container, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)  # the image's user is not the one of the folder
    (tmp_path / "blogstack.yaml").write_text(MINIMAL + "domain: null\ndatabase: {}\n")
    assert container.run(tmp_path, "id", "-u") == "10001"
    assert "aws cloudformation" in container.run(tmp_path, "blogstack", "compile")
    assert len(list(tmp_path.glob("templates/out/*.yaml"))) == 6
    assert container.run(tmp_path, "blogstack", "compile", "--check") == ""


def test_it_has_git_for_diff(container: Container, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "blogstack.yaml").write_text(MINIMAL)
    git = ("git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.com")
    run("git", "init", "--quiet", str(tmp_path))
    run(*git, "add", ".")
    run(*git, "commit", "--quiet", "--message", "first")
    assert container.run(tmp_path, "blogstack", "diff", "--against", "HEAD") == "no changes"
