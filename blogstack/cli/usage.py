"""The command line's own messages, where Typer's are not for users."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter


class PlainCommand(TyperCommand):
    """A command whose help names arguments without Python's types, which Typer adds: `FILE <list[str]>`."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments and options."""
        super().format_options(ctx, formatter)
        formatter.buffer[:] = [re.sub(r" <(?:list\[)?str\]?>", "", text) for text in formatter.buffer]


class CommandAfterDashes(PlainCommand):
    """A command that takes another command after `--`; `command_of` returns that one."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse the arguments before `--`."""
        if "--" in args:
            place = args.index("--")
            ctx.meta[_COMMAND] = tuple(args[place + 1 :])
            args = args[:place]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """The words of the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND...]"]


_COMMAND = "blogstack.command"


def command_of(ctx: typer.Context) -> tuple[str, ...]:
    """The words after `--`; empty without a command."""
    words: tuple[str, ...] = ctx.meta.get(_COMMAND, ())
    return words
