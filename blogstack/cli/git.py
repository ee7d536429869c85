"""A file as it was at a revision of git."""

from __future__ import annotations

import subprocess
from pathlib import Path


class NoRevision(ValueError):
    """There is no such revision, or the file is not in it; the message says which."""


def read_revision(revision: str, path: str) -> bytes:
    """A file's bytes at a revision, such as HEAD, main or v1.2.

    Raises:
        NoRevision: when there is no git, no repository, no such revision, or no such file in it.
    """
    folder, name = Path(path).parent, Path(path).name
    try:
        # --end-of-options: a revision that begins with a hyphen is not an option of git.
        known = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if known.returncode:
            inside = not _git(folder, "rev-parse", "--git-dir").returncode
            where = (
                "neither a folder nor a git revision" if inside else "not a folder, and this is not a git repository"
            )
            raise NoRevision(f"{revision!r} is {where}")
        content = _git(folder, "show", f"{known.stdout.decode().strip()}:./{name}")
    except FileNotFoundError:
        raise NoRevision(f"{revision!r} is not a folder, and git is not installed") from None
    if content.returncode:
        raise NoRevision(f"{path} is not in the git revision {revision!r}")
    return content.stdout


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
