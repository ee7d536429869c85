"""What the commands that look at a running environment share: the file, one of its environments, a session with AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.blueprint import Blueprint
from blogstack.cli.console import report, say
from blogstack.cli.exit_codes import Stop
from blogstack.cli.inputs import DEFAULT_FILE, load
from blogstack.pipeline import Compilation, compile_text, lower_environment, read_environments
from blogstack.records import Record
from blogstack.rules.rule import StackTree
from blogstack.source.document import Document
from blogstack.words import listed

if TYPE_CHECKING:
    from blogstack.aws.session import Session

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="The file of the service.")]
EnvironmentOption = Annotated[
    str | None, typer.Option("--env", metavar="NAME", help="Which environment, where there are several.")
]
ProfileOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Profile of the AWS CLI; its settings hold here too.")
]


class Environment(Record, kw_only=True):
    """One environment of a file without errors.

    Attributes:
        compilation: Of the file, this environment only.
        document: What holds in the environment, with the places in the file.
        stacks: As they are deployed.
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


def open_session(environment: Environment, profile: str | None) -> Session:
    """A session with AWS in the environment's region."""
    from blogstack.aws.session import Session  # here, because every other command would wait for boto3

    return Session(environment.blueprint.region, profile)


def say_unknown(unknown: tuple[str, ...]) -> None:
    """Say what could not be read."""
    for each in unknown:
        say(f"not known: {each}")
