"""`blogstack explain`: the page of a code or a key."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from blogstack.cli.console import OutputFormat
from blogstack.cli.exit_codes import ExitCode


def _complete(incomplete: str) -> list[str]:
    from blogstack.help.explain import words

    return [word for word in words() if word.startswith(incomplete)]


def explain_command(
    word: Annotated[
        str | None,
        typer.Argument(
            metavar="CODE|KEY",
            help="Such as BS301 or scaling.min.",
            autocompletion=_complete,
        ),
    ] = None,
    format: Annotated[
        OutputFormat, typer.Option(help="Format of the explanation; json without CODE|KEY prints all of them.")
    ] = OutputFormat.TEXT,
) -> ExitCode:
    """Run `blogstack explain`; returns the exit status."""
    from blogstack.help.data import explanation, explanations
    from blogstack.help.explain import Unknown, explain, what_is_known

    as_json = format is OutputFormat.JSON
    if word is None and not as_json:
        raise typer.BadParameter(f"missing; {what_is_known()}; --format json explains all", param_hint="CODE|KEY")
    try:
        if as_json:
            found = explanations() if word is None else explanation(word)
            print(json.dumps(found, indent=1, ensure_ascii=False))
            return ExitCode.DONE
        text = explain(word or "")
    except Unknown as unknown:
        raise typer.BadParameter(str(unknown), param_hint="CODE|KEY") from None
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text, end="")
    return ExitCode.DONE
