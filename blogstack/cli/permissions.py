"""`blogstack permissions`: the IAM policies that the other commands need."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.cli.operations import EnvironmentOption, FileArgument, open_environment
from blogstack.facts.iam import Json


class Audience(StrEnum):
    """Who gets the policies."""

    DEPLOY = "deploy"
    READ = "read"


def permissions_command(
    file: FileArgument = DEFAULT_FILE,
    env: EnvironmentOption = None,
    audience: Annotated[
        Audience | None,
        typer.Option("--for", help="Only the policies for deploying, or only those for reading; default: both."),
    ] = None,
) -> ExitCode:
    """Run `blogstack permissions`; returns the exit status."""
    environment = open_environment(file, env)
    from blogstack.permissions.policies import deploy_policies, read_policies

    policies: dict[str, Json] = {}
    if audience is not Audience.READ:
        policies.update(deploy_policies(environment.blueprint, environment.stacks))
    if audience is not Audience.DEPLOY:
        policies.update(read_policies(environment.blueprint))
    print(json.dumps(policies, indent=2))
    return ExitCode.DONE
