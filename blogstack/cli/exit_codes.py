"""The exit status of every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit status says."""

    DONE = 0
    """The command did what it was asked to; there may be warnings."""
    FAILED = 1
    """The input has errors, --check or `diff` found a difference, or the output could not be written."""
    USAGE = 2
    """The arguments are wrong: Typer itself exits with it. For `diff` the input too, because 1 is a difference."""
    BUG = 3
    """A bug in blogstack; a traceback is on standard error."""


class Stop(Exception):
    """Ends a command whose reason was printed already.

    Attributes:
        status: The exit status.
    """

    def __init__(self, status: ExitCode) -> None:
        super().__init__(status)
        self.status = status
