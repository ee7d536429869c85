"""`blogstack run`: a one-off task."""

from __future__ import annotations

from typing import Annotated

import typer

from blogstack.blueprint.workload import Workload
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
from blogstack.cli.usage import command_of
from blogstack.reports.text import printable


def run_command(
    ctx: typer.Context,
    job: Annotated[
        str | None, typer.Argument(metavar="JOB", help="A job of the file; default: the service.", show_default=False)
    ] = None,
    file: FileOption = DEFAULT_FILE,
    env: EnvironmentOption = None,
    profile: ProfileOption = None,
) -> int:
    """Run `blogstack run`; returns the exit status."""
    command = command_of(ctx)
    if job is None and not command:
        raise typer.BadParameter("name a job, or a command after --: blogstack run -- COMMAND", param_hint="JOB")
    environment = open_environment(file, env)
    blueprint = environment.blueprint
    if job:
        workload: Workload = find_workload(environment, job, blueprint.jobs, "JOB")
    else:
        workload = find_workload(environment, "service", blueprint.services, "JOB")
    session = open_session(environment, profile)
    from blogstack.aws.changes import NotStarted
    from blogstack.operate.one_off import NotDeployed, own_container, start, watch

    try:
        task = start(session, workload, command)
    except (NotDeployed, NotStarted) as error:
        print_message(f"error: the task did not start: {error}")
        return ExitCode.FAILED
    print_message(f"task {task.id} of {workload.service_name}")
    try:
        for each in watch(session, workload, task):
            if isinstance(each, str):
                print(printable(each), flush=True)
                continue
            end = own_container(workload, each)
            if end is not None and end.exit_code is not None:
                return end.exit_code
            print_message(
                f"error: the task did not start: {' '.join(filter(None, (each.reason, end.reason if end else '')))}"
            )
            return ExitCode.FAILED
    except KeyboardInterrupt:
        pass
    stop = f"aws ecs stop-task --region {blueprint.region} --cluster {workload.cluster} --task {task.id}"
    log = f"blogstack logs {job or workload.name}"
    print_message(f"no longer waiting; the task continues. To see its log: {log}. To stop it: {stop}")
    return ExitCode.FAILED
