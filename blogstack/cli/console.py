"""Standard output, which takes results, and standard error, which takes everything else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from blogstack.pipeline import Compilation
    from blogstack.reports.text import Paint

_COLOURS = {"red": "31;1", "yellow": "33;1", "cyan": "36"}


class OutputFormat(StrEnum):
    """Format of what a command shows: for people, or for programs."""

    TEXT = "text"
    JSON = "json"


class DiagnosticsFormat(StrEnum):
    """Format of the diagnostics."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


DiagnosticsOption = Annotated[
    DiagnosticsFormat, typer.Option(help="Format of diagnostics; all formats but text go to standard output.")
]


def report(compilations: Sequence[Compilation], format: DiagnosticsFormat = DiagnosticsFormat.TEXT) -> ExitCode:
    """Print the diagnostics of some files; returns the exit status."""
    match format:
        case DiagnosticsFormat.JSON:
            from blogstack.reports.json import as_json

            print(as_json(compilations), end="")
        case DiagnosticsFormat.GITHUB:
            from blogstack.reports.github import as_github

            print(as_github(compilations), end="")
        case DiagnosticsFormat.SARIF:
            from blogstack.reports.sarif import as_sarif

            print(as_sarif(compilations), end="")
        case DiagnosticsFormat.TEXT:
            from blogstack.reports.text import as_text, summary

            if text := as_text(compilations, paint()):
                print_message(text)
                print_message(summary(compilations))
    return ExitCode.FAILED if has_errors(compilations) else ExitCode.DONE


def has_errors(compilations: Iterable[Compilation]) -> bool:
    """Whether one of the files has an error."""
    return any(compilation.failed for compilation in compilations)


def print_message(text: str) -> None:
    """Print a line to standard error."""
    print(text, file=sys.stderr)


def replace_closed_streams() -> None:
    """Discard what is written to a stream that the caller closed, and escape what the other streams cannot encode.

    Without this, the next file that is opened would get the closed stream's number, and with it the output.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 (open as long as the process runs)
        if hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Discard what is still buffered for standard output, so that the interpreter can flush it and exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def paint() -> Paint:
    """How text is coloured: not at all unless the output is a terminal."""
    from blogstack.reports.text import plain

    return _coloured if _wants_colour() else plain


def _coloured(text: str, colour: str) -> str:
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def _wants_colour() -> bool:
    """Whether standard error is a terminal; NO_COLOR and FORCE_COLOR, if not empty, override that.

    Sources: https://no-color.org, https://force-color.org.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stderr.isatty()
