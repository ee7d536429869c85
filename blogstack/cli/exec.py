"""`blogstack exec`: a command in a running task, by the AWS CLI and its plugin, which connect the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
from typing import Annotated, NoReturn

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
from blogstack.cli.usage import command_of
from blogstack.records import Record


class _Tool(Record):
    """A program that is needed, and where it comes from."""

    program: str
    name: str
    address: str


_TOOLS = (
    _Tool("aws", "the AWS CLI", "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"),
    _Tool(
        "session-manager-plugin",
        "the AWS CLI's Session Manager plugin",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
    ),
)


def exec_command(
    ctx: typer.Context,
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", help="The workload whose task to use.")] = "service",
    file: FileOption = DEFAULT_FILE,
    env: EnvironmentOption = None,
    profile: ProfileOption = None,
) -> ExitCode:
    """Run `blogstack exec`; returns the exit status."""
    environment = open_environment(file, env)
    picked = find_workload(environment, workload, environment.blueprint.workloads, "WORKLOAD")
    if not picked.container.exec:
        key = ".".join(str(part) for part in picked.locate("exec"))
        return _fail(f"ECS Exec is off for {workload}", f"set {key}: true and deploy")
    for tool in _TOOLS:
        if shutil.which(tool.program) is None:
            return _fail(f"{tool.name} is not installed", tool.address)
    from blogstack.operate.exec import NoTask, find_task

    try:
        task = find_task(open_session(environment, profile), picked)
    except NoTask as error:
        return _fail(str(error), "`blogstack status` shows what runs")
    print_message(f"task {task} of {picked.service_name}")
    words = ["aws", "ecs", "execute-command", "--region", environment.blueprint.region, "--cluster", picked.cluster]
    words += ["--task", task, "--container", picked.container_name, "--interactive"]
    words += ["--command", shlex.join(command_of(ctx) or ("/bin/sh",))]
    words += ["--profile", profile] if profile else []
    return _become(words)


def _become(words: list[str]) -> NoReturn:
    """Replace this process by a program, so that Ctrl-C reaches the shell in the task."""
    os.execvp(words[0], words)  # noqa: S606


def _fail(why: str, help: str) -> ExitCode:
    print_message(f"error: {why}")
    print_message(f"help: {help}")
    return ExitCode.FAILED
