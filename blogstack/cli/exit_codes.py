"""The exit status of every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit status says."""

    DONE = 0
    """Success; there may be warnings."""
    FAILED = 1
    """The input has errors, --check or `diff` found a difference, or the output could not be written."""
    USAGE = 2
    """The arguments are wrong; Typer itself exits with it. In `diff` also errors in the input, because 1 is a
    difference there."""
    BUG = 3
    """A bug in blogstack; a traceback is on standard error."""


class Stop(Exception):
    """Ends a command after the reason was printed.

    Attributes:
        status: The exit status.
    """

    def __init__(self, status: ExitCode) -> None:
        super().__init__(status)
        self.status = status
