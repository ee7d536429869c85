"""The tag of an image: the commit of the folder, if everything in it is committed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from blogstack.cli.tag import NoTag, tag_of_commit


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    _git(tmp_path, "init", "-q", ".")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_everything_is_committed(repository: Path) -> None:
    assert tag_of_commit(str(repository)) == _git(repository, "rev-parse", "--short=12", "HEAD")


def test_what_is_not_committed_is_named(repository: Path) -> None:
    (repository / "picture.svg").write_text("<svg/>")
    with pytest.raises(NoTag, match=r"there are uncommitted changes: picture\.svg; commit or ignore them"):
        tag_of_commit(str(repository))
    (repository / "Dockerfile").write_text("FROM python\n")
    with pytest.raises(NoTag, match=r"there are uncommitted changes: Dockerfile and 1 more; commit or ignore them"):
        tag_of_commit(str(repository))


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NoTag, match="there is no git commit here: commit first"):
        tag_of_commit(str(tmp_path))
