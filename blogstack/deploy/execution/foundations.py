"""What a deployment needs in the account: availability zones for a new network, or another application."""

from __future__ import annotations

from blogstack.aws.stacks import read_stack
from blogstack.deploy.execution.context import Context, Failed
from blogstack.deploy.execution.events import Outcome
from blogstack.deploy.steps import CheckPlatform, CheckZones
from blogstack.diagnostics import Code


def check_zones(context: Context, action: CheckZones) -> Outcome:
    """Make sure that a new network gets its zones; steps.py says why.

    Raises:
        Failed: when it would get too few.
        AwsError: when AWS does not answer.
    """
    session = context.session
    if read_stack(session, action.stack):
        return Outcome.UNCHANGED
    filters = [{"Name": "default-for-az", "Values": ["true"]}]
    zones = {
        subnet["AvailabilityZone"] for subnet in session.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
    }
    if 0 < len(zones) < action.zones:
        message = f"the network needs {action.zones} availability zones, but only {len(zones)} have a default subnet"
        raise Failed(Code.TOO_FEW_ZONES, message, "list letters of zones in network.create.availability_zones")
    return Outcome.UNCHANGED


def check_platform(context: Context, action: CheckPlatform) -> Outcome:
    """Make sure that the application in `uses` is deployed.

    Raises:
        Failed: when it is not.
        AwsError: when AWS does not answer.
    """
    if read_stack(context.session, action.stack) is None:
        message = f"{action.name} is not deployed in {context.session.region}"
        raise Failed(Code.OTHER_APPLICATION_MISSING, message, "deploy it first, in this account and region")
    return Outcome.UNCHANGED
