"""Plan -> a running service: runs each step with the function for its action."""

from __future__ import annotations

from blogstack.deploy.execution.checks import (
    request,
    show_address,
    show_logs,
    show_records,
    show_run_commands,
    wait_stable,
)
from blogstack.deploy.execution.context import Context
from blogstack.deploy.execution.events import Outcome, StepStarted
from blogstack.deploy.execution.foundations import check_platform, check_zones
from blogstack.deploy.execution.image import find_image, push_image
from blogstack.deploy.execution.schedule import run_steps
from blogstack.deploy.execution.service_roles import create_service_roles
from blogstack.deploy.execution.stacks import deploy_stack
from blogstack.deploy.execution.tasks import run_task
from blogstack.deploy.steps import (
    CheckPlatform,
    CheckZones,
    CreateServiceRoles,
    DeployStack,
    FindImage,
    Plan,
    PushImage,
    Request,
    RunTask,
    ShowAddress,
    ShowLogs,
    ShowRecords,
    ShowRunCommands,
    Step,
    WaitStable,
)


def run_plan(context: Context, plan: Plan) -> dict[str, BaseException]:
    """Run the steps of a plan, in parallel where their needs allow it.

    Returns:
        The failures by the ID of the step: `Failed` and `AwsError`; any other exception is a bug.

    Raises:
        KeyboardInterrupt: after Ctrl-C; what was started continues in AWS.
    """
    return run_steps(plan.steps, lambda step: _execute(context, step), context.emit, context.detach)


def _execute(context: Context, step: Step) -> Outcome:
    context.emit(StepStarted(step.id))
    match step.action:
        case CheckZones() as action:
            return check_zones(context, action)
        case CheckPlatform() as action:
            return check_platform(context, action)
        case CreateServiceRoles() as action:
            return create_service_roles(context, step.id, action)
        case DeployStack() as action:
            return deploy_stack(context, action)
        case PushImage() as action:
            return push_image(context, action)
        case FindImage() as action:
            return find_image(context, action)
        case RunTask() as action:
            return run_task(context, step.id, action)
        case WaitStable() as action:
            return wait_stable(context, step.id, action)
        case Request() as action:
            return request(context, step.id, action)
        case ShowRunCommands() as action:
            return show_run_commands(context, step.id, action)
        case ShowRecords() as action:
            return show_records(context, step.id, action)
        case ShowAddress() as action:
            return show_address(context, step.id, action)
        case ShowLogs() as action:
            return show_logs(context, step.id, action)
