"""Tasks get an address in their service's subnets, so that they become targets: without Docker ministack has none."""

import ipaddress
from typing import Any

from .ministack_modules import service

_RESERVED = 4
"""Addresses at the start of a subnet that AWS reserves:
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""


def install() -> None:
    """Put these addresses where ministack looks for those of containers."""
    ecs = service("ecs")
    own = ecs._task_ip
    ecs._task_ip = lambda task: own(task) or _address(task)


def _address(task: dict[str, Any]) -> str | None:
    """The same each time for the same task; None for one that is not of a service in subnets."""
    ecs = service("ecs")
    named = (found for found in ecs._services.values() if f"service:{found['serviceName']}" == task.get("group"))
    found = next((each for each in named if each["clusterArn"] == task["clusterArn"]), None)
    network = (found or {}).get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    subnets = [subnet for subnet in network.get("subnets", ()) if subnet in service("ec2")._subnets]
    if not subnets:
        return None
    number = int(task["taskArn"].rpartition("/")[2].replace("-", "")[:8], 16)
    block = ipaddress.ip_network(service("ec2")._subnets[subnets[number % len(subnets)]]["CidrBlock"])
    return str(block[_RESERVED + number % (block.num_addresses - _RESERVED - 1)])
