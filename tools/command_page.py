"""docs/reference/commands.md, generated from the `--help` of each command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import typer
from typer.core import TyperCommand

from blogstack.cli.commands import COMMANDS, load_command

_HEAD = """\
# Commands

Results go to standard output, everything else to standard error. The commands respect `NO_COLOR` and `FORCE_COLOR`.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | the input has errors, or a command that checks or compares found something |
| 2 | wrong usage; for `diff`, also a file with errors |
| 3 | a bug in blogstack |
"""


def text() -> str:
    """The page."""
    return _HEAD + "".join(_command(name, command) for name, command in commands().items())


def commands() -> Mapping[str, TyperCommand]:
    """The commands by name, in the order of the help."""
    return {name: load_command(name) for name in COMMANDS}


def _command(name: str, command: TyperCommand) -> str:
    context = typer.Context(command, info_name=f"blogstack {name}")
    usage = command.get_usage(context).removeprefix("Usage: ")
    rows = "".join(f"- `{form}`: {meaning}\n" for form, meaning in _parameters(command, context))
    return f"\n## blogstack {name}\n\n{command.help}\n\n```text\n{usage}\n```\n" + (f"\n{rows}" if rows else "")


def _parameters(command: TyperCommand, context: typer.Context) -> Iterator[tuple[str, str]]:
    """How each argument and option is written, and what it means."""
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record and "--help" not in parameter.opts:
            form, meaning = record
            yield re.sub(r" <(?:list\[)?str\]?>", "", form), " ".join(meaning.split())
