"""`blogstack logs`: the lines of all tasks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from blogstack.cli.console import print_message
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.cli.operations import (
    EnvironmentOption,
    FileOption,
    ProfileOption,
    find_workload,
    open_environment,
    open_session,
)
from blogstack.reports.text import printable

_SINCE = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def logs_command(
    workload: Annotated[
        str | None,
        typer.Argument(metavar="WORKLOAD", help="Only this workload, such as service.", show_default=False),
    ] = None,
    file: FileOption = DEFAULT_FILE,
    env: EnvironmentOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow new lines until Ctrl-C.")] = False,
    since: Annotated[str, typer.Option(metavar="TIME", help="How far back, such as 30s, 10m, 2h or 7d.")] = "10m",
    grep: Annotated[str | None, typer.Option(metavar="TEXT", help="Only lines with this text.")] = None,
    profile: ProfileOption = None,
) -> ExitCode:
    """Run `blogstack logs`; returns the exit status."""
    start = datetime.now(UTC) - _duration(since)
    environment = open_environment(file, env)
    blueprint = environment.blueprint
    picked = find_workload(environment, workload, blueprint.workloads, "WORKLOAD") if workload else None
    session = open_session(environment, profile)
    from blogstack.operate.logs import NoLogs, label, lines, stream_prefix
    from blogstack.operate.logs import follow as follow_lines

    read, printed = follow_lines if follow else lines, False
    try:
        for line in read(session, blueprint.tasks.log_group, stream_prefix(picked), start):
            if grep is None or grep in line.text:
                when = line.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                print(f"{when} {label(line, blueprint, picked)} {printable(line.text)}", flush=follow)
                printed = True
    except NoLogs:
        print_message(f"error: {blueprint.tasks.title} is not deployed in {blueprint.region}: there is no log group")
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.DONE
    if not printed:
        print_message(f"no lines in the last {since}; --since 2h looks further back")
    return ExitCode.DONE


def _duration(text: str) -> timedelta:
    match = _SINCE.fullmatch(text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not a duration; write 30s, 10m, 2h or 7d", param_hint="--since")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
