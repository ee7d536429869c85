"""What the commands for a running environment share: the file, one of its environments, a session with AWS."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from blogstack.blueprint import Blueprint
from blogstack.blueprint.workload import Workload
from blogstack.cli.console import print_message, report
from blogstack.cli.exit_codes import ExitCode, Stop
from blogstack.cli.inputs import DEFAULT_FILE, load
from blogstack.pipeline import Compilation, compile_text, lower_environment, read_environments
from blogstack.records import Record
from blogstack.rules.rule import StackTree
from blogstack.source.document import Document
from blogstack.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blogstack.aws.session import Session

W = TypeVar("W", bound=Workload)

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The file of the service.")]
FileOption = Annotated[str, typer.Option("--file", metavar="FILE", help="The file of the service.")]
"""For a command whose argument is something else."""
EnvironmentOption = Annotated[
    str | None, typer.Option("--env", metavar="NAME", help="The environment, if there are several.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
ProfileOption = Annotated[str | None, typer.Option(metavar="NAME", help="Profile of the AWS CLI to use.")]


class Environment(Record, kw_only=True):
    """One environment of a file without errors.

    Attributes:
        compilation: The compiled file, with this environment only.
        document: The keys of the environment, with their places in the file.
        stacks: The stacks, as they are deployed.
    """

    compilation: Compilation
    document: Document
    blueprint: Blueprint
    stacks: tuple[StackTree, ...]


def open_environment(file: str = DEFAULT_FILE, env: str | None = None) -> Environment:
    """The environment that the arguments name.

    Raises:
        typer.BadParameter: when the file has several environments and the arguments name none of them.
        Stop: when the file has errors, after they were printed.
    """
    (compilation,) = load([file], lambda path, content: compile_text(path, content, picked=[env] if env else ()))
    if compilation.failed:
        raise Stop(report([compilation]))
    if len(compilation.blueprints) > 1:
        raise typer.BadParameter(f"name one of the environments {listed(compilation.environments)}", param_hint="--env")
    (blueprint,) = compilation.blueprints
    source = next(
        each
        for each in read_environments(compilation.path, compilation.content)
        if each.name == (blueprint.environment or "")
    )
    stacks = lower_environment(source)
    assert stacks is not None, "the file has no errors"
    return Environment(compilation=compilation, document=source.document, blueprint=blueprint, stacks=stacks)


def find_workload(environment: Environment, name: str, among: Sequence[W], hint: str) -> W:
    """The workload of a name.

    Args:
        environment: The environment.
        name: As in the file; `service` for the service.
        among: The workloads to choose from.
        hint: The argument's name, for the message.

    Raises:
        typer.BadParameter: when there is none.
    """
    for workload in among:
        if workload.name == name:
            return workload
    names = [workload.name for workload in among]
    there = listed(names) if names else "none"
    raise typer.BadParameter(f"{environment.compilation.path} has no {name!r}; it has {there}", param_hint=hint)


def open_session(environment: Environment, profile: str | None) -> Session:
    """A session with AWS in the environment's region."""
    from blogstack.aws.session import Session  # here, because every other command would wait for boto3

    return Session(environment.blueprint.region, profile)


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal, unless --yes was given.

    Raises:
        Stop: when the answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print_message("nothing was done: confirmation needs a terminal; --yes skips it")
        raise Stop(ExitCode.FAILED)
    if not typer.confirm(question):
        raise Stop(ExitCode.FAILED)


def print_unknown(unknown: tuple[str, ...]) -> None:
    """Report what could not be read."""
    for each in unknown:
        print_message(f"not checked: {each}")
