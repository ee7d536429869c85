"""`blogstack explain`: the page of a code or a key."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from blogstack.cli.exit_codes import ExitCode


def _complete(incomplete: str) -> list[str]:
    from blogstack.help.explain import words

    return [word for word in words() if word.startswith(incomplete)]


def explain_command(
    word: Annotated[
        str, typer.Argument(metavar="CODE|KEY", help="Such as BS301 or scaling.min.", autocompletion=_complete)
    ],
) -> ExitCode:
    """Explain a code, or a key: limits, default, example."""
    from blogstack.help.explain import Unknown, explain

    try:
        text = explain(word)
    except Unknown as unknown:
        raise typer.BadParameter(str(unknown), param_hint="CODE|KEY") from None
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text, end="")
    return ExitCode.DONE
