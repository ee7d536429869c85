"""The arguments that several commands take: which files, and which of their environments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from blogstack.cli.files import read
from blogstack.diagnostics import Rejected
from blogstack.pipeline import Compilation, UnknownEnvironment

DEFAULT_FILE = "blogstack.yaml"

FilesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FILE", help=f"Default: {DEFAULT_FILE}", show_default=False)
]
EnvironmentsOption = Annotated[
    list[str] | None, typer.Option("--env", metavar="NAME", help="Only this environment; repeat it for several.")
]


def paths(files: Iterable[str] | None) -> tuple[str, ...]:
    """The files to work on, each once."""
    return tuple(dict.fromkeys(files or [DEFAULT_FILE]))


def load(paths: Iterable[str], work: Callable[[str, bytes], Compilation]) -> list[Compilation]:
    """What `work` makes of each file; of one that cannot be read, a compilation with that error.

    Raises:
        typer.BadParameter: when a file without errors does not have an environment that --env names.
    """
    try:
        return [_load(path, work) for path in paths]
    except UnknownEnvironment as unknown:
        raise typer.BadParameter(str(unknown), param_hint="--env") from None


def _load(path: str, work: Callable[[str, bytes], Compilation]) -> Compilation:
    try:
        content = read(path)
    except Rejected as rejected:
        return Compilation(path, b"", rejected.diagnostics)
    return work(path, content)
