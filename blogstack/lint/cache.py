"""The verdicts of the linter that are remembered: only clean ones, by content, so that what is unchanged is not
linted again. A cache that is damaged, full or read-only costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Protocol

_MOST = 20_000
_LENGTH = 64


class Verdicts(Protocol):
    """What the linter asks before it works, and tells when it is done."""

    def is_clean(self, key: str) -> bool:
        """Whether this very text was found clean before."""
        ...

    def remember_clean(self, key: str) -> None:
        """Remember that it is."""
        ...


def key(*parts: str) -> str:
    """The name of a verdict: a digest of everything that it depends on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class VerdictFolder:
    """Verdicts as files in a folder: the file's name and its content are both the key.

    A half-written or altered file therefore is no verdict. A run that finds 20,000 or more removes the older half.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_tidy = False

    def is_clean(self, key: str) -> bool:
        """Whether the key's file is there and whole."""
        try:
            with (self._folder / key).open("rb") as file:
                return file.read(_LENGTH + 1) == key.encode()
        except OSError:
            return False

    def remember_clean(self, key: str) -> None:
        """Write the key's file, if the folder lets us."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self._is_tidy:
                self._forget_old()
                self._is_tidy = True
            (self._folder / key).write_bytes(key.encode())

    def _forget_old(self) -> None:
        files = list(self._folder.iterdir())
        if len(files) >= _MOST:
            files.sort(key=lambda file: file.stat().st_mtime)
            for file in files[: _MOST // 2]:
                file.unlink(missing_ok=True)
