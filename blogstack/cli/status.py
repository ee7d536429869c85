"""`blogstack status`: what runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from blogstack.blueprint.names import Output
from blogstack.cli.console import OutputFormat
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


def status_command(
    file: FileArgument = DEFAULT_FILE,
    env: EnvironmentOption = None,
    profile: ProfileOption = None,
    format: Annotated[OutputFormat, typer.Option(help="Format of the status.")] = OutputFormat.TEXT,
) -> ExitCode:
    """Run `blogstack status`; returns the exit status."""
    environment = open_environment(file, env)
    from blogstack.doctor.overview import read_overview
    from blogstack.doctor.snapshot import read_snapshot

    session = open_session(environment, profile)
    blueprint = environment.blueprint
    snapshot = read_snapshot(session, blueprint)
    balancer = snapshot.load_balancer
    found = {
        "name": blueprint.tasks.title,
        "region": blueprint.region,
        "account": session.identity().account,
        "url": balancer.outputs.get(Output.URL) if balancer else None,
        "stacks": {name: stack.status for name, stack in snapshot.stacks.items()},
        "workloads": [
            {name: getattr(running, name) for name in running._names} for running in read_overview(session, snapshot)
        ],
        "alarms": [alarm.name for alarm in snapshot.alarms],
        "dollars_a_month": _cost(environment),
    }
    if format is OutputFormat.JSON:
        print(json.dumps(found, indent=2))
    else:
        unfinished = {name: stack.status for name, stack in snapshot.stacks.items() if not stack.is_complete}
        print("\n".join(_lines(found, unfinished) if snapshot.is_deployed else _heading(found, "nothing is deployed")))
    print_unknown(snapshot.unknown)
    return ExitCode.DONE if snapshot.is_deployed else ExitCode.FAILED


def _heading(found: Mapping[str, Any], first: str) -> Iterator[str]:
    yield f"{found['name']} in {found['region']}, account {found['account']}"
    yield first


def _lines(found: Mapping[str, Any], unfinished: Mapping[str, str]) -> Iterator[str]:
    yield from _heading(found, f"url        {found['url'] or 'none yet'}")
    for each in found["workloads"]:
        healthy = "" if each["healthy"] is None else f", {each['healthy']} healthy"
        tasks = f"{each['running']} of {each['desired']} tasks{healthy}"
        deployment = f"; deployment {each['deployment'].lower()}" if each["deployment"] else ""
        yield f"{each['name']:<10} {each['version'] or 'unknown version'}: {tasks}{deployment}"
    yield from (f"{name:<10} {status}" for name, status in unfinished.items())
    yield f"alarms     {', '.join(found['alarms']) or 'none firing'}"
    if (cost := found["dollars_a_month"]) is not None:
        yield f"cost       about {cost:.0f} US dollars a month with the minimum number of tasks: see `blogstack cost`"


def _cost(environment: Environment) -> float | None:
    """The estimate with the minimum number of tasks; None in a region without prices."""
    from blogstack.cost.estimate import estimate
    from blogstack.facts.prices import regions

    region = environment.blueprint.region
    if region not in regions():
        return None
    return estimate({stack.name: stack.tree for stack in environment.stacks}, region).idle
