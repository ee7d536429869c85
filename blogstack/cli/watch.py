"""Waiting until files change, however an editor writes them: in place, by renaming, or by deleting and writing anew."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from blogstack.cli import files as output
from blogstack.diagnostics import Rejected

_LOOK_AGAIN = 500
"""Milliseconds after which the files are looked at unasked: a change between two rounds, or in a folder that was made
anew or lies on a network, is not always told."""


def rounds(paths: Sequence[str]) -> Iterator[None]:
    """One round now, and one whenever what the files hold is no longer what it was when the round before began."""
    while True:
        seen = _contents(paths)
        yield
        # No watching while a round is at work: it forks, and threads are lost in a fork.
        for _ in moments(_folders(paths)):
            if _contents(paths) != seen:
                break


def moments(folders: Collection[Path]) -> Iterator[None]:
    """Moments to look at files: when something changes in one of these folders, and now and then unasked.

    Folders and not files are watched, because a file that is replaced is another one. Where the system cannot watch,
    as when its number of watches is used up, it is unasked alone.
    """
    from watchfiles import watch  # only here: no other command waits for it

    with contextlib.suppress(OSError):
        for _ in watch(*folders, watch_filter=None, recursive=False, yield_on_timeout=True, rust_timeout=_LOOK_AGAIN):
            yield
    while True:
        time.sleep(_LOOK_AGAIN / 1000)
        yield


def _contents(paths: Sequence[str]) -> list[bytes | None]:
    return [_content(path) for path in paths]


def _content(path: str) -> bytes | None:
    try:
        return output.read(path)
    except Rejected:
        return None


def _folders(paths: Sequence[str]) -> set[Path]:
    """The files' folders, and those that links lead to; of one that does not exist, the nearest that does."""
    places = {place.parent for path in paths for place in (Path(path).absolute(), Path(path).resolve())}
    return {next(folder for folder in (place, *place.parents) if folder.is_dir()) for place in places}
