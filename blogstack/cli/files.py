"""The user's files, and the output folder, which is written completely or not at all.

Every file is first written under a temporary name in the same folder and then renamed, so that no file is ever half
written. A run that is killed between two renames leaves old and new files; the next run completes them.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from blogstack.diagnostics import Code, Diagnostic, Rejected
from blogstack.records import Record
from blogstack.source.parse import MAX_BYTES
from blogstack.templates.render import Owner, written_for

_PREFIX, _SUFFIX = ".blogstack-", ".tmp"
_ABANDONED = 600
"""Seconds after which a temporary file counts as left by a killed run, and is removed."""
_NO_FILE = "name the file, or run `blogstack init` to write one"
_HEADER_BYTES = 4096
_WRITERS = 8


class Owners(Record):
    """Whose templates a compilation replaces and removes: those of some services, in some environments (empty: all)."""

    services: Collection[str]
    environments: Collection[str] = ()

    def include(self, owner: Owner | None) -> bool:
        """Whether a template's owner is one of these."""
        if owner is None or owner.service not in self.services:
            return False
        return not self.environments or owner.environment in self.environments


def read(path: str) -> bytes:
    """A file's bytes, at most one more than the compiler accepts.

    Raises:
        Rejected: when there is no such file, or it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        other = Path(path).with_suffix(".yml" if path.endswith(".yaml") else ".yaml")
        help = f"{other} exists: name that, or rename it" if other.is_file() else _NO_FILE
        if re.fullmatch(r"[a-z0-9-]+", path) and not other.is_file():
            help += f"; to choose an environment, write --env {path}"
        raise Rejected([Diagnostic(Code.UNREADABLE, "no such file", help=help)]) from None
    except IsADirectoryError:
        help = f"name the file in it: {path.rstrip('/')}/blogstack.yaml"
        raise Rejected([Diagnostic(Code.UNREADABLE, "this is a folder", help=help)]) from None
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        help = "check that it is a file and that you may read it"
        raise Rejected([Diagnostic(Code.UNREADABLE, message, help=help)]) from None


def folder_name() -> str:
    """Name of the current folder.

    Raises:
        Rejected: when it has been deleted.
    """
    try:
        return Path.cwd().name
    except OSError as error:
        message = f"this folder cannot be read: {error.strerror or error}"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help="change to a folder that exists")]) from None


def read_texts(names: Iterable[str]) -> dict[str, str]:
    """The texts of those files that can be read, by name; each is cut to the size of the largest blogstack.yaml."""
    texts = {}
    for name in names:
        with contextlib.suppress(OSError), Path(name).open("rb") as file:
            texts[name] = file.read(MAX_BYTES).decode(errors="replace")
    return texts


def read_templates(folder: Path, services: Collection[str]) -> dict[str, str]:
    """The texts of the templates in a folder that an earlier run wrote for some services, by the name of the stack.

    Raises:
        OSError: when the folder or one of them cannot be read.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".json") and path.is_file())
    ours = [path for path in paths if (owner := _owner_of(path)) is not None and owner.service in services]
    return {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in ours}


class Changes(Record):
    """The names of the files that were written, and of those that were removed, with their owners."""

    written: Collection[str]
    removed: Mapping[str, Owner]


def write(folder: Path, files: Mapping[str, str], owners: Owners) -> Changes:
    """Write files to a folder; returns what changed.

    Args:
        folder: Created if it is missing.
        files: Texts by file name; a file that already has its text is not touched.
        owners: Templates that an earlier run wrote for these and that are not among `files` are removed.

    Raises:
        Rejected: when a file cannot be written, or exists and was not written for these owners; then nothing changed.
    """
    created = False
    try:
        created = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder)
        due = {name: text for name, text in files.items() if not holds(folder / name, text)}
        _protect_others(folder, due, owners)
        removed = find_left_over(folder, files, owners)
        _replace(folder, _stage(folder, due))
        owned = {path.name: owner for path in removed if (owner := _owner_of(path))}
        for path in removed:
            path.unlink(missing_ok=True)
        if due or removed:
            _flush(folder)
    except OSError as error:
        if created:
            with contextlib.suppress(OSError):
                folder.rmdir()
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help="the folder is as it was before")]) from None
    return Changes(list(due), owned)


def page_in(folder: Path) -> Path | None:
    """An HTML file in a folder called templates, the name that Django and Flask use too; None without one."""
    return next(folder.rglob("*.html"), None) if folder.name == "templates" else None


def has_own_templates() -> bool:
    """Whether the current folder has a folder called templates with more in it than what `compile` writes."""
    folder = Path("templates")
    return folder.is_dir() and any(path.name != "out" for path in folder.iterdir())


def dockerfiles() -> list[str]:
    """The Dockerfiles with other names or in subfolders of the current folder, sorted; not those of dependencies."""
    patterns = ("*.Dockerfile", "Dockerfile.*", "*/Dockerfile", "*/*.Dockerfile")
    found = {path.as_posix() for pattern in patterns for path in Path().glob(pattern) if path.is_file()}
    return sorted(path for path in found if not path.startswith((".", "node_modules/", "venv/")))


def write_new(files: Mapping[str, str]) -> None:
    """Write new files into the current folder, all or none.

    Raises:
        Rejected: when one exists or cannot be written; then nothing changed.
    """
    if existing := [name for name in files if os.path.lexists(name)]:
        message = f"{' and '.join(existing)} {'exist' if len(existing) > 1 else 'exists'} already; nothing was written"
        help = "delete or rename what exists to start again, or run `blogstack compile` to use it"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help=help)])
    written: list[Path] = []
    try:
        for name, text in files.items():
            with Path(name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(Path(name))
                file.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        message = f"cannot write: {error.strerror or error}"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help="nothing was written")]) from None


def holds(path: Path, text: str) -> bool:
    """Whether a file has a text; git on Windows may have changed its line endings."""
    return path.is_file() and path.read_bytes().replace(b"\r\n", b"\n") == text.encode()


def _protect_others(folder: Path, files: Collection[str], owners: Owners) -> None:
    """Refuse to overwrite a file that was written by hand or for another service."""
    paths = [folder / name for name in files if (folder / name).is_file()]
    others = [path for path in paths if (owner := _owner_of(path)) is None or owner.service not in owners.services]
    if others:
        help = "delete or rename it, give the service another name, or choose another folder with --out"
        messages = [f"{path} exists and was not written for this service" for path in others]
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help=help) for message in messages])


def _stage(folder: Path, files: Mapping[str, str]) -> dict[str, Path]:
    """Write files under temporary names and sync them to the disk; all of them or none.

    In several threads, because a disk syncs many files together much faster than one after the other.
    """
    from concurrent.futures import ThreadPoolExecutor  # only here: a run that writes nothing starts without it

    staged = {name: folder / f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}" for name in files}
    try:
        with ThreadPoolExecutor(_WRITERS) as threads:
            for _ in threads.map(_write_synced, staged.values(), files.values()):
                pass
    except BaseException:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        raise
    return staged


def _replace(folder: Path, staged: Mapping[str, Path]) -> None:
    """Rename staged files into place; when one fails, restore those before it."""
    before: dict[str, bytes | None] = {}
    try:
        for name, temporary in staged.items():
            path = folder / name
            old = path.read_bytes() if path.is_file() else None
            temporary.replace(path)
            before[name] = old
    except BaseException:
        for name, old in before.items():
            if old is None:
                (folder / name).unlink(missing_ok=True)
            else:
                temporary = folder / f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}"
                _write_synced(temporary, old)
                temporary.replace(folder / name)
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        raise


def _write_synced(path: Path, content: str | bytes) -> None:
    with path.open("xb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def find_left_over(folder: Path, files: Mapping[str, str], owners: Owners) -> list[Path]:
    """Templates in the folder that belong to these owners and are not among `files`."""
    if not folder.is_dir():
        return []
    candidates = [p for p in folder.iterdir() if p.suffix in (".yaml", ".json") and p.name not in files]
    return sorted(path for path in candidates if path.is_file() and owners.include(_owner_of(path)))


def _owner_of(path: Path) -> Owner | None:
    try:
        with path.open("rb") as file:
            return written_for(file.read(_HEADER_BYTES).decode(errors="replace"))
    except OSError:
        return None


def _remove_abandoned(folder: Path) -> None:
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()


def _flush(folder: Path) -> None:
    """Sync the folder, and so the renames, to the disk; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
