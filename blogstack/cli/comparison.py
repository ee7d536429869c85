"""The templates in the output folder, compared with what `compile` would write: `--check`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

from blogstack.cli.files import Owners, find_left_over, holds
from blogstack.diagnostics import Code, Diagnostic, Rejected
from blogstack.records import Record


class Difference(Record):
    """A file that `write` would change.

    Attributes:
        content: What it holds; empty when it is missing.
        what: The difference, as the end of a sentence.
        line: The first line that differs, counted from 1; None for the complete file.
    """

    path: Path
    content: bytes
    what: str
    line: int | None = None


def differences(folder: Path, files: Mapping[str, str], owners: Owners) -> list[Difference]:
    """What `write` with the same arguments would change.

    Raises:
        Rejected: when the folder cannot be read.
    """
    changed = []
    try:
        for path, text in ((folder / name, text) for name, text in files.items()):
            if not path.is_file():
                changed.append(Difference(path, b"", "is missing"))
            elif not holds(path, text):
                content = path.read_bytes().replace(b"\r\n", b"\n")
                pairs = zip_longest(content.split(b"\n"), text.encode().split(b"\n"))
                line = next(number for number, (old, new) in enumerate(pairs, start=1) if old != new)
                changed.append(Difference(path, content, "is out of date from this line on", line))
        left_over = find_left_over(folder, files, owners)
    except OSError as error:
        message = f"{folder} cannot be read: {error.strerror or error}"
        help = "check that --out names a folder and that you may read it"
        raise Rejected([Diagnostic(Code.NOT_WRITTEN, message, help=help)]) from None
    stacks = {Path(name).stem for name in files}
    reasons = ("belongs to a stack that is no longer in the file", "is in another format")
    return changed + [Difference(path, b"", reasons[path.stem in stacks]) for path in left_over]
