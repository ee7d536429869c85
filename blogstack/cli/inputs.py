"""The arguments that several commands take: which files, and which of their environments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Annotated

import typer

from blogstack.cli.files import read
from blogstack.diagnostics import Rejected
from blogstack.pipeline import Compilation
from blogstack.words import did_you_mean

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
    """What `work` makes of each file; of one that cannot be read, a compilation with that error."""
    return [_load(path, work) for path in paths]


def _load(path: str, work: Callable[[str, bytes], Compilation]) -> Compilation:
    try:
        content = read(path)
    except Rejected as rejected:
        return Compilation(path, b"", rejected.diagnostics)
    return work(path, content)


def require_environments(names: Collection[str], compilations: Sequence[Compilation]) -> None:
    """Check that every file without errors has the environments that --env names.

    Raises:
        typer.BadParameter: when one does not.
    """
    for compilation in compilations:
        known = compilation.environments
        for name in names:
            if name not in known and not compilation.failed:
                near = did_you_mean(name, known)
                defined = f"it defines {', '.join(known)}" if known else "it defines no environments"
                help = f"did you mean {near!r}?" if near else defined
                raise typer.BadParameter(f"{compilation.path} has no environment {name!r}; {help}", param_hint="--env")
