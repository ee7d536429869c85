"""The tag of the image to deploy: the commit of the folder that the image is built from."""

from __future__ import annotations

import subprocess


class NoTag(ValueError):
    """The folder has no commit that could be the tag; the message says why."""


def tag_of_commit(folder: str) -> str:
    """The commit of a folder without uncommitted changes, abbreviated as in the printed script.

    Raises:
        NoTag: when there is no git, no commit, or a file is not committed.
    """
    try:
        commit = _git(folder, "rev-parse", "--short=12", "HEAD")
        status = _git(folder, "status", "--porcelain", "--", ".")
    except OSError:
        raise NoTag("git is not installed; name the tag of the image") from None
    if commit.returncode:
        raise NoTag("there is no git commit here: commit first, or name the tag of the image")
    if status.returncode:
        raise NoTag(f"git status: {status.stderr.strip()}")
    if changed := status.stdout.splitlines():
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise NoTag(
            f"the tag is the git commit, but there are uncommitted changes: {changed[0][3:]}{more};"
            " commit or ignore them, or name the tag of the image"
        )
    return commit.stdout.strip()


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
