"""What a deployment plan consists of: its steps, and what each of them does."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from blogstack.blueprint.network import Placement
from blogstack.blueprint.registry import Build
from blogstack.records import Record


class CreateServiceRoles(Record):
    """Create the roles of AWS services that the account lacks (docs/decisions/0020-service-linked-roles.md).

    Attributes:
        services: As in `ecs` or `ecs.application-autoscaling`, without `.amazonaws.com`.
    """

    services: tuple[str, ...]


class DeployStack(Record, kw_only=True):
    """Create or update a stack from its template.

    Attributes:
        stack: Name of the stack.
        image_tag: Whether the template takes the tag of the image as a parameter.
        parameters: The other parameters, for a stack that exists.
        creation_parameters: The other parameters, for the creation of the stack; the update with `parameters` follows.
        minutes: How long the update itself waits while it shifts requests, between the steps and at the end.
    """

    stack: str
    image_tag: bool = False
    parameters: Mapping[str, str] = MappingProxyType({})
    creation_parameters: Mapping[str, str] = MappingProxyType({})
    minutes: int = 0


class CheckZones(Record):
    """Make sure, before a network is created, that its template gets as many availability zones as it asks for.

    CloudFormation lists the zones with a default subnet, or all of them where no zone has one:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-getavailabilityzones.html

    Attributes:
        stack: Name of the network stack.
        zones: How many it asks for.
    """

    stack: str
    zones: int


class CheckPlatform(Record):
    """Make sure that the application with the network, the cluster and the load balancer is deployed.

    Attributes:
        name: Of that application.
        stack: Name of its stack with the load balancer.
    """

    name: str
    stack: str


class PushImage(Record, kw_only=True):
    """Build the image and push it, unless the repository has its tag.

    Attributes:
        registry_stack: Name of the stack with the repository.
        repository: Name of the repository.
    """

    registry_stack: str
    repository: str
    build: Build


class FindImage(Record):
    """Make sure that a repository has an image with the tag to deploy."""

    repository: str


class RunTask(Record, kw_only=True):
    """Run a task of the tasks stack once and wait for its end; it must exit with 0.

    Attributes:
        tasks_stack: Name of the stack whose outputs have the task definition and the security group.
        task_definition: Logical ID of the output with the task definition's ARN.
    """

    cluster: str
    tasks_stack: str
    task_definition: str
    placement: Placement
    log_group: str


class ShowRunCommands(Record, kw_only=True):
    """Show the commands that run jobs by hand.

    Attributes:
        tasks_stack: Name of the stack whose output has the security group.
        families: The family of task definitions of each job; the newest one runs.
    """

    cluster: str
    tasks_stack: str
    families: tuple[str, ...]
    placement: Placement


class WaitStable(Record):
    """Wait until an ECS service runs the desired tasks, and no others."""

    cluster: str
    service: str


class Request(Record, kw_only=True):
    """Request some paths through the load balancer; each answer must be a success.

    Attributes:
        edge_stack: Name of the stack whose output has the URL.
        paths: The first is that of the load balancer's check.
        errors_are_healthy: Whether a status of 400 or above is a success for the first path.
        host: The host name to request; None for that of the URL.
        is_direct: Whether the request goes to the load balancer's own name, because the DNS record of `host` is created
            by hand, later.
        headers: Headers to send, by name.
        internal: Whether the load balancer answers inside the network only.
        restriction: Whom the load balancer answers, in words; then no answer is not a failure. None for everybody.
    """

    edge_stack: str
    host: str | None
    is_direct: bool
    headers: Mapping[str, str]
    paths: tuple[str, ...]
    errors_are_healthy: bool
    internal: bool
    restriction: str | None

    def curl(self, path: str, balancer: str) -> str:
        """The command that requests a path, without the URL; it fails (-f) at 400 or above unless that is a success.

        Args:
            path: One of those to request.
            balancer: The load balancer's own name.
        """
        options = "-sS" if self.errors_are_healthy and path == self.paths[0] else "-fsS"
        headers = (f" -H {shlex.quote(f'{name}: {value}')}" for name, value in self.headers.items())
        # With an empty host it applies to every host: https://curl.se/docs/manpage.html#--connect-to
        direct = f" --connect-to ::{balancer}:443" if self.is_direct else ""
        return f"curl {options}{direct}{''.join(headers)}"


RECORD = "in your DNS, point {name} to {balancer} with a CNAME record, or with ALIAS if the name is that of a zone"
"""What to do for a name whose record is created by hand."""


class ShowRecords(Record):
    """Show the DNS records that must be created by hand.

    Attributes:
        edge_stack: Name of the stack whose output has the load balancer's name.
        names: The names that must point to it.
    """

    edge_stack: str
    names: tuple[str, ...]


class ShowAddress(Record):
    """Show where the other tasks reach a private service."""

    service: str
    url: str


class ShowLogs(Record):
    """Show the newest lines of a log group."""

    log_group: str


class Phase(Enum):
    """The parts of a plan, in order."""

    ROLES = auto()
    IMAGE = auto()
    STACKS = auto()
    RELEASE = auto()
    WORKLOADS = auto()
    CHECKS = auto()


Action = (
    CreateServiceRoles
    | DeployStack
    | CheckZones
    | CheckPlatform
    | PushImage
    | FindImage
    | RunTask
    | WaitStable
    | Request
    | ShowRunCommands
    | ShowRecords
    | ShowAddress
    | ShowLogs
)


class Step(Record):
    """One step of a plan.

    Attributes:
        id: Unique in the plan; of a stack's deployment the stack's name.
        needs: IDs of the steps that must be done before.
    """

    id: str
    phase: Phase
    action: Action
    needs: tuple[str, ...] = ()


class Plan(Record, kw_only=True):
    """The steps for one environment, or those that all environments share, in an order that respects their needs.

    Attributes:
        name: Name of the application.
        environment: None for an application without environments, and for the steps that all environments share.
        region: AWS region.
        image: The existing image whose tag is deployed; None if the tag is a commit of the user's repository.
        log_group: Name of the log group of all workloads.
        email: Address that AWS asks to confirm the subscription to alarms; None without alarms.
    """

    name: str
    environment: str | None
    region: str
    image: str | None
    log_group: str
    email: str | None
    steps: tuple[Step, ...]

    @property
    def builds_image(self) -> bool:
        """Whether the plan builds and pushes the image."""
        return any(isinstance(step.action, PushImage) for step in self.steps)

    def waves(self) -> list[list[Step]]:
        """The steps in groups: the steps of a group may run in parallel once the groups before it are done."""
        done: set[str] = set()
        rest, waves = list(self.steps), []
        while rest:
            wave = [step for step in rest if done.issuperset(step.needs)]
            assert wave, "a step needs one that is not in the plan"
            waves.append(wave)
            done.update(step.id for step in wave)
            rest = [step for step in rest if step not in wave]
        return waves
