"""Free addresses in subnets that exist already."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code

_FOR_A_BALANCER = 8
"""Free addresses that a load balancer needs in each of its subnets:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer"""


def check(account: Account) -> Iterator[Problem]:
    """Count the free addresses of existing subnets, for the tasks and for a new load balancer."""
    blueprint = account.blueprint
    placement = blueprint.services[0].placement
    deployed = [service for service in blueprint.services if account.deploys(service.stack)]
    new_balancer = blueprint.edge is not None and account.creates(blueprint.edge.stack)
    tasks = [subnet for subnet in placement.task_subnets if isinstance(subnet, str)]
    balancer = [subnet for subnet in placement.balancer_subnets if isinstance(subnet, str)] if new_balancer else []
    if not tasks or not (deployed or new_balancer):
        return
    answer = account.session.call("ec2", "describe_subnets", SubnetIds=sorted({*tasks, *balancer}))
    free = {subnet["SubnetId"]: subnet["AvailableIpAddressCount"] for subnet in answer["Subnets"]}
    here = ("network", "existing")
    needed = sum(account.added_tasks(service) for service in deployed)
    if needed > sum(free[subnet] for subnet in tasks):
        message = (
            f"a deployment starts {needed} tasks, but their subnets have {sum(free[s] for s in tasks)} free addresses"
        )
        yield Problem(Code.NO_ADDRESSES, message, here, "name larger subnets, or more of them")
    for subnet in balancer:
        if free[subnet] < _FOR_A_BALANCER:
            message = f"{subnet} has {free[subnet]} free addresses, but a load balancer needs {_FOR_A_BALANCER}"
            yield Problem(Code.NO_ADDRESSES, message, here, "name a larger subnet")
