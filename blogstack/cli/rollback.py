"""`blogstack rollback`: back to an older version."""

from __future__ import annotations

from typing import Annotated

import typer

from blogstack.aws.errors import AwsError
from blogstack.cli.console import print_message
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
        str | None, typer.Option(metavar="TAG", help="Tag of the image; default: the previous version's.")
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
    from blogstack.operate.rollback import CannotRollBack, Failed, StopDeployment, deploy, plan_rollback, stop
    from blogstack.operate.waiting import TookTooLong

    name, region = picked.service_name, environment.blueprint.region
    try:
        plan = plan_rollback(session, picked, to)
        if isinstance(plan, StopDeployment):
            print(f"{name} in {region}: stop the deployment in progress, and go back to the previous version")
        else:
            print(f"{name} in {region}: replace {plan.before} with {plan.tag}; the deployed template stays the same")
        print("the database does not change, and no release step runs")
        confirm("Roll back?", yes=yes)
        try:
            if isinstance(plan, StopDeployment):
                stop(session, plan.deployment, picked.stack)
            else:
                deploy(session, plan)
        except AwsError as error:
            if error.interrupts:
                print_message("what was started continues in AWS. To follow it: blogstack status")
            raise
    except CannotRollBack as error:
        print_message(f"error: {error}")
        return ExitCode.FAILED
    except (Failed, TookTooLong) as error:
        print_message(f"error: {error}")
        print_message("help: `blogstack doctor` says why")
        return ExitCode.FAILED
    except KeyboardInterrupt:
        print_message("no longer waiting; what was started continues in AWS. To follow it: blogstack status")
        return ExitCode.FAILED
    print("rolled back; the next `blogstack deploy` replaces this version again")
    return ExitCode.DONE
