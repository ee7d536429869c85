"""A cache of the linter's verdicts, so that unchanged templates are not linted again.

Only "clean" is cached, by the template's content. A damaged, full or read-only cache only costs time.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Protocol

_MAX_FILES = 20_000
_KEY_LENGTH = 64


class LintCache(Protocol):
    """A cache that the linter asks before it lints a template, and fills when the template is clean."""

    def is_clean(self, key: str) -> bool:
        """Whether the template with this key is known to be clean."""
        ...

    def remember_clean(self, key: str) -> None:
        """Remember that the template with this key is clean."""
        ...


def key(*parts: str) -> str:
    """The key of a verdict: a digest of everything that it depends on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class FileLintCache:
    """A lint cache as files in a folder; a file's name and its content are both the key.

    So a partly written or changed file is not a verdict. A run that sees 20,000 files or more removes the older half.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_tidy = False

    def is_clean(self, key: str) -> bool:
        """Whether the key's file exists and is intact."""
        try:
            with (self._folder / key).open("rb") as file:
                return file.read(_KEY_LENGTH + 1) == key.encode()
        except OSError:
            return False

    def remember_clean(self, key: str) -> None:
        """Write the key's file, if the folder is writable."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self._is_tidy:
                self._remove_old()
                self._is_tidy = True
            (self._folder / key).write_bytes(key.encode())

    def _remove_old(self) -> None:
        files = list(self._folder.iterdir())
        if len(files) >= _MAX_FILES:
            files.sort(key=lambda file: file.stat().st_mtime)
            for file in files[: _MAX_FILES // 2]:
                file.unlink(missing_ok=True)
