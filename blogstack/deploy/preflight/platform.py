"""The application in `uses`: whether it is deployed, and exports what this one uses."""

from __future__ import annotations

from collections.abc import Iterator

from blogstack.aws.stacks import read_exports
from blogstack.blueprint import Blueprint
from blogstack.blueprint.names import NETWORK, Imported, Output
from blogstack.deploy.preflight.account import Account, Problem
from blogstack.diagnostics import Code


def check(account: Account) -> Iterator[Problem]:
    """Look for what the templates import from the application in `uses`."""
    platform, region, plan = account.blueprint.platform, account.session.region, account.blueprint
    importing = [part.stack for part in (plan.tasks, plan.database, plan.stores.cache, *plan.workloads) if part]
    if platform is None or not account.deploys(*importing):
        return
    exports = read_exports(account.session)
    missing = [each for each in _imports(account.blueprint) if each.export not in exports]
    if not missing:
        return
    if len(missing) == len(_imports(account.blueprint)):
        help = "deploy it first, in this account and region; environments of the two files have the same names"
        yield Problem(Code.OTHER_APPLICATION_MISSING, f"{platform} is not deployed in {region}", ("uses",), help)
    elif all(each.output.startswith(Output.PRIVATE_SUBNET_ID.partition("{")[0]) for each in missing):
        message = f"the network of {platform} has no private subnets"
        help = f"set network.shared.egress: public_ip, as in the file of {platform}"
        yield Problem(Code.OTHER_APPLICATION_MISSING, message, ("network", "shared"), help)
    elif all(each.stack.endswith(f"-{NETWORK}") for each in missing):
        message = f"{platform} has no network stack: its file names an existing network"
        help = "name the same network under network.existing"
        yield Problem(Code.OTHER_APPLICATION_MISSING, message, ("network",), help)
    else:
        message = f"{platform} is not completely deployed: no stack exports {missing[0].export}"
        yield Problem(
            Code.OTHER_APPLICATION_MISSING, message, ("uses",), f"deploy {platform} with this version of blogstack"
        )


def _imports(blueprint: Blueprint) -> list[Imported]:
    """What the stacks import from another application."""
    placement, balancer = blueprint.services[0].placement, blueprint.load_balancer
    stores = blueprint.database or blueprint.stores.cache
    values = [
        placement.vpc,
        *placement.task_subnets,
        *(placement.database_subnets if stores else ()),
        balancer.listener,
        balancer.security_group,
        balancer.full_name,
        blueprint.services[0].imported_cluster,
    ]
    return [value for value in values if isinstance(value, Imported)]
