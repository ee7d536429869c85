"""File-change notifications, however an editor saves: in place, by renaming, or by deleting and creating."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from blogstack.cli.files import read
from blogstack.diagnostics import Rejected

_POLL = 500
"""Milliseconds after which the files are read without a notification: there may be none for a change between two
rounds, in a folder that was recreated, or on a network drive."""


def watch_files(paths: Sequence[str]) -> Iterator[None]:
    """One round now, and one whenever the files' content differs from what it was at the start of the last round."""
    while True:
        seen = _contents(paths)
        yield
        # Watch only between rounds: a round forks, and a fork does not copy threads.
        for _ in notifications(_folders(paths)):
            if _contents(paths) != seen:
                break


def notifications(folders: Collection[Path]) -> Iterator[None]:
    """Moments to read the files: when something changes in one of these folders, and every half second.

    Folders are watched, not files, because a replaced file is another file. If the system cannot watch them, for
    example because all its watches are in use, only the half second remains.
    """
    from watchfiles import watch  # imported here, because only --watch needs it

    with contextlib.suppress(OSError):
        for _ in watch(*folders, watch_filter=None, recursive=False, yield_on_timeout=True, rust_timeout=_POLL):
            yield
    while True:
        time.sleep(_POLL / 1000)
        yield


def _contents(paths: Sequence[str]) -> list[bytes | None]:
    return [_content(path) for path in paths]


def _content(path: str) -> bytes | None:
    try:
        return read(path)
    except Rejected:
        return None


def _folders(paths: Sequence[str]) -> set[Path]:
    """The files' folders and the folders of links' targets; for a missing folder, the nearest one that exists."""
    folders = {file.parent for path in paths for file in (Path(path).absolute(), Path(path).resolve())}
    return {next(parent for parent in (folder, *folder.parents) if parent.is_dir()) for folder in folders}
