"""The Dockerfile's image: built, run as on ECS with a read-only root, asked by its own health check.

Its base comes from a registry, which a test should not need, so Debian's newest Python stands in for it;
everything else is the Dockerfile as it is.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.app.postgres import free_port
from tests.app.service import ROOT

BUILD_SECONDS = 1800
START_SECONDS = 60
SUITE, SUITE_PYTHON = "trixie", "3.13"
PACKAGES = "ca-certificates,python-is-python3,python3,python3-pip,python3-venv"
# The image's root read-only, /tmp of its own: what readonly_root makes of a task. `exec` all the way, so
# that the process that is started is the one that gets the signals.
RUN = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t tmpfs tmpfs "$1/tmp"
root=$1 user=$2
shift 2
cd "$root"
exec chroot --userspec="$user" . /usr/bin/env -i "$@"
"""

pytestmark = [
    pytest.mark.image,
    pytest.mark.skipif(not shutil.which("buildah"), reason="buildah is not installed: the image is not built"),
    pytest.mark.skipif(not shutil.which("debootstrap"), reason="debootstrap is not installed: no base to build on"),
    pytest.mark.skipif(os.geteuid() != 0, reason="building a base and mounting a root need root"),
]


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=BUILD_SECONDS
    )
    assert done.returncode == 0, f"{command[0]}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


class Image:
    """The built image: its configuration, and its files where they can be run."""

    def __init__(self, folder: Path) -> None:
        self._buildah = (
            "buildah",
            *("--root", folder / "storage", "--runroot", folder / "run", "--storage-driver", "vfs"),
        )
        base, wheels = folder / "base", folder / "wheels"
        self._download(wheels)
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, base)
        (base / "etc/pip.conf").write_text("[install]\nno-index = true\nfind-links = /wheels\n")
        scratch = self._run("from", "scratch")
        self._run("copy", scratch, base, "/")
        self._run("commit", "--rm", scratch, "base")
        self._run(
            *("build", "--isolation", "chroot", "--format", "docker", "--build-arg", "BASE=localhost/base"),
            *("--volume", f"{wheels}:/wheels:ro", "--tag", "blog", "."),
        )
        self.config: dict[str, Any] = json.loads(self._run("inspect", "--type", "image", "blog"))["Docker"]["config"]
        self._container = self._run("from", "--pull-never", "blog")
        self.root = Path(self._run("mount", self._container))

    def _run(self, *arguments: str | Path) -> str:
        return run(*self._buildah, *arguments).strip()

    def _download(self, wheels: Path) -> None:
        machine = platform.machine()
        tags = [f"--platform={tag}_{machine}" for tag in ("manylinux2014", "manylinux_2_17", "manylinux_2_28")]
        run(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary", ":all:", "--require-hashes", "--python-version", SUITE_PYTHON, *tags),
            *("--dest", wheels, "--requirement", "app/requirements.txt"),
        )

    def close(self) -> None:
        self._run("umount", self._container)
        self._run("rm", self._container)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("image")
    built = Image(folder)
    yield built
    built.close()
    shutil.rmtree(folder)


class Container:
    """A process in the image, with nothing set but its port."""

    def __init__(self, image: Image) -> None:
        self.port = free_port()
        self.environment = [*image.config["Env"], f"PORT={self.port}", "SHUTDOWN_DELAY=0"]
        self.process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", RUN, "sh", image.root, image.config["User"], *self._command(image)]
        )

    def _command(self, image: Image) -> list[str]:
        # WORKDIR, as the runtime enters it; `cd` cannot be the first of a chroot's words.
        enter = f'cd {image.config["WorkingDir"]} && exec "$@"'
        return [*self.environment, "/bin/sh", "-c", enter, "sh", *image.config["Cmd"]]

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", "--target", str(self.process.pid), "--mount", "--root", "--wd"]
        environment = ["/usr/bin/env", "-i", *self.environment]
        return subprocess.run([*enter, *environment, *command], capture_output=True, text=True, timeout=START_SECONDS)


@pytest.fixture(scope="module")
def container(image: Image) -> Iterator[Container]:
    started = Container(image)
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()


def test_the_image_says_how_it_runs(image: Image) -> None:
    assert image.config["Cmd"] == ["python", "-m", "app"]
    assert image.config["User"] == "10001:10001"
    assert image.config["Healthcheck"]["Interval"] == 10 * 10**9
    assert image.config["Healthcheck"]["StartPeriod"] == 30 * 10**9


def test_the_image_holds_no_tests_and_no_build_tools(image: Image) -> None:
    assert sorted(path.name for path in (image.root / "srv").iterdir()) == ["app"]
    for tool in ("gcc", "cc", "make"):
        assert not (image.root / "usr/bin" / tool).exists()


def test_its_health_check_passes_on_a_read_only_root(image: Image, container: Container) -> None:
    kind, check = image.config["Healthcheck"]["Test"]
    assert kind == "CMD-SHELL"
    deadline = time.monotonic() + START_SECONDS
    while (done := container.inside("/bin/sh", "-c", check)).returncode != 0:
        assert container.process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.5)
    refused = container.inside("/usr/bin/touch", "/srv/file")
    assert "Read-only file system" in refused.stderr


def test_it_serves_its_database_in_tmp(container: Container) -> None:
    assert httpx2.get(f"http://127.0.0.1:{container.port}/ready").json() == {"status": "ok"}
    assert httpx2.get(f"http://127.0.0.1:{container.port}/posts").json() == {"items": [], "next_before": None}


def test_it_is_an_unprivileged_user(container: Container) -> None:
    status = Path(f"/proc/{container.process.pid}/status").read_text()
    assert "\nUid:\t10001\t10001\t10001\t10001\n" in status


def test_it_ends_when_told(container: Container) -> None:
    container.process.terminate()
    assert container.process.wait(timeout=30) == 0
