"""`blogstack doctor`: why a service fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from blogstack.cli.console import OutputFormat, paint, print_message
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.cli.operations import (
    Environment,
    EnvironmentOption,
    FileArgument,
    ProfileOption,
    open_environment,
    open_session,
    print_unknown,
)
from blogstack.diagnostics import Severity
from blogstack.reports.text import as_text, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blogstack.doctor.cause import Cause


def doctor_command(
    file: FileArgument = DEFAULT_FILE,
    env: EnvironmentOption = None,
    profile: ProfileOption = None,
    drift: Annotated[
        bool, typer.Option("--drift", help="Also look for changes made outside of CloudFormation; takes minutes.")
    ] = False,
    format: Annotated[OutputFormat, typer.Option(help="Format of the causes.")] = OutputFormat.TEXT,
) -> ExitCode:
    """Run `blogstack doctor`; returns the exit status."""
    environment = open_environment(file, env)
    from blogstack.doctor import diagnose, read_snapshot

    if drift:
        print_message("asking CloudFormation what was changed outside of it; this takes some minutes")
    snapshot = read_snapshot(open_session(environment, profile), environment.blueprint, drift=drift)
    causes = diagnose(snapshot, {stack.name: stack.origins for stack in environment.stacks})
    if format is OutputFormat.JSON:
        print(json.dumps([_plain(environment, cause) for cause in causes], indent=2, ensure_ascii=False))
    else:
        print_causes(environment, causes)
        if not causes:
            print(f"{environment.blueprint.tasks.title}: no problem found")
    print_unknown(snapshot.unknown)
    return ExitCode.FAILED if any(cause.code.severity is Severity.ERROR for cause in causes) else ExitCode.DONE


def print_causes(environment: Environment, causes: Sequence[Cause]) -> None:
    """Print causes like diagnostics, each with what AWS says about it."""
    blocks = []
    for cause in causes:
        compilation = environment.compilation._replace(diagnostics=(cause.diagnostic(environment.document),))
        evidence = "".join(f"  {printable(line)}\n" for text in cause.evidence for line in text.splitlines())
        blocks.append(as_text([compilation], paint()) + (f"AWS says:\n{evidence}" if evidence else ""))
    if blocks:
        print("\n".join(blocks), end="")
        print_message(f"\nFor details: `blogstack explain {causes[0].code.id}`")


def _plain(environment: Environment, cause: Cause) -> dict[str, object]:
    span = cause.diagnostic(environment.document).span
    return {
        "code": cause.code.id,
        "severity": str(cause.code.severity),
        "workload": cause.workload,
        "message": cause.message,
        "help": cause.help,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "evidence": list(cause.evidence),
    }
