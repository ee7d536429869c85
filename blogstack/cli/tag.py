"""The tag of the image to deploy: the commit of the folder that the image is built from."""

from __future__ import annotations

import subprocess


class NoTag(ValueError):
    """The folder has no commit that could be the tag; the message says why."""


def tag_of_commit(folder: str) -> str:
    """The commit of a folder in which everything is committed, as the printed script takes it.

    Raises:
        NoTag: when there is no git, no commit, or something is not committed.
    """
    try:
        commit = _git(folder, "rev-parse", "--short=12", "HEAD")
        status = _git(folder, "status", "--porcelain", "--", ".")
    except OSError:
        raise NoTag("git is not installed; name the tag of the image") from None
    if commit.returncode:
        raise NoTag("this is not a git repository with a commit; name the tag of the image")
    if status.returncode or status.stdout.strip():
        raise NoTag("something is not committed, and the tag is the commit: commit first, or name the tag of the image")
    return commit.stdout.strip()


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
