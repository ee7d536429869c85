"""Files: the user's are read, the templates' folder is written all or not at all.

Every file is first written whole beside its place and only then renamed into it, so that at no moment a file is half
written. A set that was cut between two renames differs from what the next compilation writes, and is mended by it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from blogstack.diagnostics import Code, Diagnostic, Rejected
from blogstack.source.parse import MAX_BYTES
from blogstack.templates.render import Owner, written_for

_PREFIX, _SUFFIX = ".blogstack-", ".tmp"
_ABANDONED = 600
"""Seconds after which a file that a killed run left beside the templates is swept away."""
_NO_FILE = "name the file, or let `blogstack init` write one"
_HEADER_BYTES = 4096
_AT_ONCE = 8


class Owners(NamedTuple):
    """Whose templates a compilation answers for: some services', of some environments; of none means of all."""

    services: Collection[str]
    environments: Collection[str] = ()

    def include(self, owner: Owner | None) -> bool:
        """Whether a template's owner is one of these."""
        if owner is None or owner.service not in self.services:
            return False
        return not self.environments or owner.environment in self.environments


def read(path: str) -> bytes:
    """A file's bytes, at most one more than the compiler takes.

    Raises:
        Rejected: when there is no such file, or it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        other = Path(path).with_suffix(".yml" if path.endswith(".yaml") else ".yaml")
        help = f"there is {other}: name that, or rename it" if other.is_file() else _NO_FILE
        raise Rejected([Diagnostic(Code.UNREADABLE, "no such file", help=help)]) from None
    except IsADirectoryError:
        help = f"name the file in it: {path.rstrip('/')}/blogstack.yaml"
        raise Rejected([Diagnostic(Code.UNREADABLE, "this is a folder", help=help)]) from None
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        help = "check that it is a file and that you may read it"
        raise Rejected([Diagnostic(Code.UNREADABLE, message, help=help)]) from None


def folder_name() -> str:
    """Name of the folder that we are in.

    Raises:
        Rejected: when it is no more.
    """
    try:
        return Path.cwd().name
    except OSError as error:
        message = f"this folder cannot be read: {error.strerror or error}"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help="change to a folder that is there")]) from None


def texts_of(names: Iterable[str]) -> dict[str, str]:
    """What those of some files hold that can be read, at most as much as the compiler takes of its own."""
    found = {}
    for name in names:
        with contextlib.suppress(OSError), Path(name).open("rb") as file:
            found[name] = file.read(MAX_BYTES).decode(errors="replace")
    return found


def differences(folder: Path, files: Mapping[str, str], owners: Owners) -> list[str]:
    """What `write` with the same arguments would change, one line each.

    Raises:
        Rejected: when the folder cannot be read.
    """
    found = []
    try:
        for name, text in files.items():
            if not _holds(folder / name, text):
                found.append(f"{folder / name} {'is out of date' if (folder / name).exists() else 'is missing'}")
        left_over = _left_over(folder, files, owners)
    except OSError as error:
        message = f"{folder} cannot be read: {error.strerror or error}"
        help = "check that --out names a folder and that you may read it"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help=help)]) from None
    stacks = {Path(name).stem for name in files}
    reasons = ("belongs to a stack that no longer exists", "is in another format")
    return found + [f"{path} {reasons[path.stem in stacks]}" for path in left_over]


def write(folder: Path, files: Mapping[str, str], owners: Owners) -> list[str]:
    """Make a folder hold some files; returns what changed, one line each.

    Args:
        folder: Made where it is missing.
        files: File names and what they should hold; a file that holds it already is not touched.
        owners: What we wrote for these before and is not among `files` is removed; nothing else is.

    Raises:
        Rejected: when a file cannot be written, or is somebody else's; then the folder is as it was.
    """
    made = False
    try:
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        due = {name: text for name, text in files.items() if not _holds(folder / name, text)}
        _keep_others(folder, due, owners)
        removed = _left_over(folder, files, owners)
        _replace(folder, _stage(folder, due))
        for path in removed:
            path.unlink(missing_ok=True)
        if due or removed:
            _flush(folder)
    except OSError as error:
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help="the folder is as it was before")]) from None
    return [f"wrote {folder / name}" for name in due] + [f"removed {path}" for path in removed]


def write_new(files: Mapping[str, str]) -> None:
    """Write files into this folder, all or none, where none of them is yet.

    Raises:
        Rejected: when there is one already, or one cannot be written; then the folder is as it was.
    """
    if there := [name for name in files if os.path.lexists(name)]:
        message = f"{' and '.join(there)} {'exist' if len(there) > 1 else 'exists'} already; nothing was written"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help="move it away, or go on with what is there")])
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


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _keep_others(folder: Path, files: Collection[str], owners: Owners) -> None:
    """Refuse to put files in the place of what somebody else wrote, by hand or for another service."""
    paths = [folder / name for name in files if (folder / name).is_file()]
    others = [path for path in paths if (owner := _owner_of(path)) is None or owner.service not in owners.services]
    if others:
        help = "move it away, give the service another name, or choose another folder with --out"
        messages = [f"{path} is there already, and not from this service" for path in others]
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help=help) for message in messages])


def _stage(folder: Path, files: Mapping[str, str]) -> dict[str, Path]:
    """Write files under temporary names, down to the disk; all of them or none.

    Several at once, because a disk brings many files down together much faster than one after the other.
    """
    staged = {name: folder / f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}" for name in files}
    try:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for _ in threads.map(_write_down, staged.values(), files.values()):
                pass
    except BaseException:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        raise
    return staged


def _replace(folder: Path, staged: Mapping[str, Path]) -> None:
    """Rename staged files into place; when one cannot be, the ones before it become what they were."""
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
                _write_down(temporary, old)
                temporary.replace(folder / name)
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        raise


def _write_down(path: Path, content: str | bytes) -> None:
    with path.open("xb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def _left_over(folder: Path, files: Mapping[str, str], owners: Owners) -> list[Path]:
    """The files that we wrote for these owners and that are not among `files`."""
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


def _sweep(folder: Path) -> None:
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()


def _flush(folder: Path) -> None:
    """Bring the renames to the disk, where the system has a way to."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
