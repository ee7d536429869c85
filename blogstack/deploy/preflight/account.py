"""The input of a check: the account, what will be deployed, and which of its stacks exist already."""

from __future__ import annotations

import math
from collections.abc import Callable

from blogstack.aws.session import Session
from blogstack.blueprint import Blueprint
from blogstack.blueprint.workload import EcsService
from blogstack.deploy.preflight.name_servers import name_servers
from blogstack.diagnostics import Code
from blogstack.records import Record
from blogstack.source.document import KeyPath


class Account(Record, kw_only=True):
    """The input of a check.

    Attributes:
        blueprint: Blueprint of the environment that is deployed.
        tag: Tag of the image to deploy; "" if every image has one.
        stacks: Names of the stacks that exist in the region.
        chosen: Names of the stacks that will be deployed.
        can_build: Whether docker runs here, or buildah is installed.
        name_servers: Asks DNS for the name servers of a domain.
    """

    session: Session
    blueprint: Blueprint
    tag: str
    stacks: frozenset[str]
    chosen: frozenset[str]
    can_build: bool
    name_servers: Callable[[str], frozenset[str]] = staticmethod(name_servers)

    def deploys(self, *stacks: str) -> bool:
        """Whether one of these stacks is deployed."""
        return not self.chosen.isdisjoint(stacks)

    def creates(self, stack: str) -> bool:
        """Whether a stack is deployed for the first time."""
        return stack in self.chosen and stack not in self.stacks

    def added_tasks(self, service: EcsService) -> int:
        """How many tasks a deployment of a service starts in addition to the running ones."""
        min_tasks = service.capacity.min_tasks
        max_tasks = math.floor(min_tasks * service.deployment.maximum_percent / 100)
        return max_tasks - min_tasks if service.stack in self.stacks else min_tasks


class Problem(Record):
    """What would fail later.

    Attributes:
        path: The key of the user's file.
        help: What to do.
    """

    code: Code
    message: str
    path: KeyPath
    help: str


class Unchecked(Record):
    """What could not be checked, and why."""

    text: str


Finding = Problem | Unchecked
