"""The command line put together, and the only place that exits."""

from __future__ import annotations

import errno
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from blogstack.aws.errors import AwsError, Trouble
from blogstack.cli.compile import compile_command
from blogstack.cli.console import discard_output, replace_closed_streams, say
from blogstack.cli.cost import cost_command
from blogstack.cli.deploy import deploy_command
from blogstack.cli.destroy import destroy_command
from blogstack.cli.diff import diff_command
from blogstack.cli.doctor import doctor_command
from blogstack.cli.exec import exec_command
from blogstack.cli.exit_codes import ExitCode, Stop
from blogstack.cli.explain import explain_command
from blogstack.cli.graph import graph_command
from blogstack.cli.init import init_command
from blogstack.cli.logs import logs_command
from blogstack.cli.permissions import permissions_command
from blogstack.cli.rollback import rollback_command
from blogstack.cli.run import run_command
from blogstack.cli.schema import schema_command
from blogstack.cli.status import status_command
from blogstack.cli.usage import CommandAfterDashes, PlainCommand, PlainGroup
from blogstack.cli.validate import validate_command
from blogstack.cli.verify import verify_command


def _exit(status: int, **_: object) -> NoReturn:
    """Exit with the status that a command returns; Typer alone would exit with 0."""
    raise typer.Exit(status)


app = typer.Typer(
    cls=PlainGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    result_callback=_exit,
)
app.command("compile", cls=PlainCommand)(compile_command)
app.command("validate", cls=PlainCommand)(validate_command)
app.command("diff", cls=PlainCommand)(diff_command)
app.command("deploy", cls=PlainCommand)(deploy_command)
app.command("cost", cls=PlainCommand)(cost_command)
app.command("graph", cls=PlainCommand)(graph_command)
app.command("status", cls=PlainCommand)(status_command)
app.command("verify", cls=PlainCommand)(verify_command)
app.command("doctor", cls=PlainCommand)(doctor_command)
app.command("logs", cls=PlainCommand)(logs_command)
app.command("run", cls=CommandAfterDashes)(run_command)
app.command("exec", cls=CommandAfterDashes)(exec_command)
app.command("rollback", cls=PlainCommand)(rollback_command)
app.command("destroy", cls=PlainCommand)(destroy_command)
app.command("permissions", cls=PlainCommand)(permissions_command)
app.command("schema", cls=PlainCommand)(schema_command)
app.command("explain", cls=PlainCommand)(explain_command)
app.command("init", cls=PlainCommand)(init_command)


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
        say(f"error: {error}")
        say(f"help: {_AWS_HELP[error.trouble]}")
        sys.exit(ExitCode.FAILED)
    except BrokenPipeError:  # the reader of our output has gone
        discard_output()
        sys.exit(ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is a bug)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # but for a full disk that output is sent to
            discard_output()
            say(f"error: cannot print: {error.strerror}")
            sys.exit(ExitCode.FAILED)
        traceback.print_exc()
        say("\nThis is a bug in blogstack, not in your file. Please report it with the lines above.")
        sys.exit(ExitCode.BUG)


_AWS_HELP = {
    Trouble.CREDENTIALS: "log in as for the AWS CLI, for example with `aws sso login`, or name a --profile",
    Trouble.DENIED: "`blogstack permissions` prints the policy that this command needs",
    Trouble.THROTTLED: "AWS throttles the requests: run the command again in a minute",
    Trouble.CONNECTION: "check the network: AWS could not be reached",
    Trouble.REFUSED: "AWS refused the call for the reason above",
}
