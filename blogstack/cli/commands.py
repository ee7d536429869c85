"""The commands: each is in the module of its name, which is imported when the command is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from blogstack.cli.usage import CommandAfterDashes, PlainCommand
from blogstack.words import listed

if TYPE_CHECKING:
    from typer._click import Command, Context

COMMANDS: Mapping[str, str] = {
    "compile": "Write CloudFormation templates and print deployment commands.",
    "validate": "Check files without writing anything.",
    "diff": "Show what a deployment would change, replace and delete.",
    "deploy": "Deploy to AWS: show what will change, ask, and run the plan.",
    "cost": "Estimate what the stacks cost a month.",
    "graph": "Print a picture of what will be built.",
    "status": "Show what runs: versions, tasks, health, alarms and cost.",
    "verify": "Check that everything is deployed, stable and responding.",
    "doctor": "Find out why a service fails, the most likely cause first.",
    "logs": "Print the log lines of all tasks, sorted by time.",
    "run": "Run a job, or a command in the service's image, and wait.",
    "exec": "Open a shell, or run a command, in a running task.",
    "rollback": "Go back to an older version, or stop a running deployment.",
    "destroy": "Show what will be deleted, and delete an environment.",
    "permissions": "Print the IAM policies that the commands need, as JSON.",
    "schema": "Print the JSON Schema of blogstack.yaml, for editors.",
    "explain": "Explain a code, or a key: limits, default, example.",
    "init": "Write a blogstack.yaml to start from, and its JSON Schema. Existing files are not overwritten.",
}
"""What each command does, in the order of the help."""

_AFTER_DASHES = ("run", "exec")
"""Those that take another command behind `--`."""


def load_command(name: str) -> TyperCommand:
    """A command with its arguments: the function NAME_command of its module."""
    function = getattr(import_module(f"blogstack.cli.{name}"), f"{name}_command")
    kind = CommandAfterDashes if name in _AFTER_DASHES else PlainCommand
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    single.command(name, cls=kind, help=COMMANDS[name])(function)
    command = typer.main.get_command(single)
    assert isinstance(command, kind)
    return command


class CommandGroup(TyperGroup):
    """All commands: of each its name and what it does, until one is called."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 (Typer's, passed on)
        commands = {name: TyperCommand(name, help=help) for name, help in COMMANDS.items()}
        super().__init__(**{**attributes, "commands": commands})

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command that the arguments begin with, with its arguments.

        Raises:
            UsageError: when there is none of this name; the message says what there is instead.
        """
        if args[0] not in self.commands and not args[0].startswith("-"):
            ctx.fail(f"no such command: {args[0]!r}; the commands are {listed(list(self.commands))}")
        name, _, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name else None, rest

    def invoke(self, ctx: Context) -> object:
        """Run the command; a message about a wrong value is without the prefix that pydantic, below Typer, gives it."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise
