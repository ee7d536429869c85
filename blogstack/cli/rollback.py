"""`blogstack rollback`: back to an older version."""

from __future__ import annotations

from typing import Annotated

import typer

from blogstack.aws.errors import AwsError
from blogstack.cli.console import say
from blogstack.cli.exit_codes import ExitCode
from blogstack.cli.inputs import DEFAULT_FILE
from blogstack.cli.operations import (
    EnvironmentOption,
    FileOption,
    ProfileOption,
    YesOption,
    confirm,
    find_workload,
    open_environment,
    open_session,
)


def rollback_command(
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", help="The service, or a worker.")] = "service",
    to: Annotated[
        str | None, typer.Option(metavar="TAG", help="Tag of the image; default: that of the version before.")
    ] = None,
    file: FileOption = DEFAULT_FILE,
    env: EnvironmentOption = None,
    yes: YesOption = False,
    profile: ProfileOption = None,
) -> ExitCode:
    """Run `blogstack rollback`; returns the exit status."""
    environment = open_environment(file, env)
    picked = find_workload(environment, workload, environment.blueprint.services, "WORKLOAD")
    session = open_session(environment, profile)
    from blogstack.operate.rollback import Failed, NoWayBack, StopDeployment, deploy, plan_rollback, stop
    from blogstack.operate.waiting import TookTooLong

    name, region = picked.service_name, environment.blueprint.region
    try:
        plan = plan_rollback(session, picked, to)
        if isinstance(plan, StopDeployment):
            print(f"{name} in {region}: the deployment in progress is stopped, and the version before it serves again")
        else:
            print(f"{name} in {region}: {plan.before} is replaced by {plan.tag}, with the template that is deployed")
        print("the database stays as it is, and no release step runs")
        confirm("Go back?", yes=yes)
        try:
            if isinstance(plan, StopDeployment):
                stop(session, plan.deployment, picked.stack)
            else:
                deploy(session, plan)
        except AwsError as error:
            if error.interrupts:
                say("what was started goes on in AWS. To follow it: blogstack status")
            raise
    except NoWayBack as error:
        say(f"error: {error}")
        return ExitCode.FAILED
    except (Failed, TookTooLong) as error:
        say(f"error: {error}")
        say("help: `blogstack doctor` says why")
        return ExitCode.FAILED
    except KeyboardInterrupt:
        say("no longer waiting; what was started goes on in AWS. To follow it: blogstack status")
        return ExitCode.FAILED
    print("done; the next deployment from the file deploys its version again")
    return ExitCode.DONE
