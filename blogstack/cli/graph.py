"""`blogstack graph`: a picture of what will be built."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from blogstack.cli.console import report
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE, load
from blogstack.pipeline import compile_text
from blogstack.words import listed


class GraphFormat(StrEnum):
    """Format of the picture."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"


def graph_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to compile.")] = DEFAULT_FILE,
    env: Annotated[str | None, typer.Option(metavar="NAME", help="The environment, if there are several.")] = None,
    format: Annotated[GraphFormat, typer.Option(help="Format of the picture.")] = GraphFormat.SVG,
) -> ExitCode:
    """Run `blogstack graph`; returns the exit status."""
    (compilation,) = load([file], lambda path, content: compile_text(path, content, picked=[env] if env else ()))
    if compilation.failed:
        return report([compilation])
    if len(compilation.blueprints) > 1:
        names = listed(compilation.environments)
        raise typer.BadParameter(f"name one of the environments {names}", param_hint="--env")
    from blogstack.graph.picture import draw  # here, because every other command would wait for it

    picture = draw(compilation.blueprints[0])
    match format:
        case GraphFormat.SVG:
            from blogstack.graph.svg import as_svg

            text = as_svg(picture)
        case GraphFormat.MERMAID:
            from blogstack.graph.mermaid import as_mermaid

            text = as_mermaid(picture)
        case GraphFormat.DOT:
            from blogstack.graph.dot import as_dot

            text = as_dot(picture)
    print(text, end="")
    return ExitCode.DONE
