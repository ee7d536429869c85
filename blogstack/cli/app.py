"""The command line put together, and the only place that exits."""

from __future__ import annotations

import atexit
import errno
import os
import sys
from typing import Annotated, NoReturn

import typer

from blogstack.aws.errors import AwsError, Trouble
from blogstack.cli.commands import CommandGroup
from blogstack.cli.console import discard_output, print_message, replace_closed_streams
from blogstack.cli.exit_codes import ExitCode, Stop


def _exit(status: int, **_: object) -> NoReturn:
    """Exit with the status that a command returns; Typer alone would exit with 0."""
    raise typer.Exit(status)


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    result_callback=_exit,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"blogstack {version('blogstack')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """A web service in a container on AWS: from blogstack.yaml to linted CloudFormation."""


def run_process() -> None:
    """Run the command line in a process of its own, and end it.

    It ends without freeing its memory object by object, because the system takes it back at once.
    """
    status: int | None = None

    def leave() -> None:
        if status is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    # Before what a command registers, so that it is called after that, when all threads have ended.
    atexit.register(leave)
    try:
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else None
        raise


def run() -> None:
    """Run the command line and exit with an `ExitCode`."""
    replace_closed_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except Stop as stop:
        sys.exit(stop.status)
    except AwsError as error:
        print_message(f"error: {error}")
        print_message(f"help: {_AWS_HELP[error.trouble]}")
        sys.exit(ExitCode.FAILED)
    except BrokenPipeError:  # the reader of our output has gone
        discard_output()
        sys.exit(ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is a bug)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # but for a full disk that output is sent to
            discard_output()
            print_message(f"error: cannot print: {error.strerror}")
            sys.exit(ExitCode.FAILED)
        import traceback  # only here, because every run would wait for it

        traceback.print_exc()
        print_message("\nThis is a bug in blogstack, not in your file. Please report it with the lines above.")
        sys.exit(ExitCode.BUG)


_AWS_HELP = {
    Trouble.CREDENTIALS: "log in as for the AWS CLI, for example with `aws sso login`, or name a --profile",
    Trouble.DENIED: "`blogstack permissions` prints the policy that this command needs",
    Trouble.THROTTLED: "AWS throttles the requests: run the command again in a minute",
    Trouble.CONNECTION: "check the network: AWS could not be reached",
    Trouble.REFUSED: "AWS refused the call for the reason above",
}
