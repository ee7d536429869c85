"""Blueprint -> Plan: the steps from templates to a running service, as data.

A plan is what a person would do by hand, in order; each step names the steps that it needs, so that others may run side
by side. shell.py prints a plan as a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from types import MappingProxyType

from blogstack.blueprint import Blueprint
from blogstack.blueprint.edge import Edge
from blogstack.blueprint.names import Imported, Parameter
from blogstack.blueprint.network import Placement
from blogstack.blueprint.workload import EcsService, Release
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.records import Record


class CreateServiceRoles(Record):
    """Create the roles of AWS services, where the account has none (docs/decisions/0020-service-linked-roles.md).

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
        minutes: What the update waits by itself, between the steps of a shift of requests and at its end.
    """

    stack: str
    image_tag: bool = False
    parameters: Mapping[str, str] = MappingProxyType({})
    creation_parameters: Mapping[str, str] = MappingProxyType({})
    minutes: int = 0


class PushImage(Record, kw_only=True):
    """Build the image and push it, unless the repository has its tag.

    Attributes:
        registry_stack: Name of the stack with the repository.
        repository: Name of the repository.
        platform: As `docker build --platform` takes it.
    """

    registry_stack: str
    repository: str
    platform: str


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
        families: For each job that of its task definitions, whose newest one runs.
    """

    cluster: str
    tasks_stack: str
    families: tuple[str, ...]
    placement: Placement


class WaitStable(Record):
    """Wait until an ECS service runs the tasks that it should, and no others."""

    cluster: str
    service: str


class Request(Record, kw_only=True):
    """Request some paths through the load balancer; each answer must be a success.

    Attributes:
        edge_stack: Name of the stack whose output has the URL.
        internal: Whether the load balancer answers inside the network only.
        allowed_cidrs: Blocks of addresses that the load balancer answers.
    """

    edge_stack: str
    paths: tuple[str, ...]
    internal: bool
    allowed_cidrs: tuple[str, ...]


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
    | PushImage
    | FindImage
    | RunTask
    | WaitStable
    | Request
    | ShowRunCommands
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
        image: The existing image whose tag is deployed; None where the tag is a commit of the user's repository.
        log_group: Name of the log group of all workloads.
        email: Who is asked to confirm that alarms are mailed; None without alarms.
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
        """The steps in groups: those of a group may run side by side once the groups before it are done."""
        done: set[str] = set()
        rest, waves = list(self.steps), []
        while rest:
            wave = [step for step in rest if done.issuperset(step.needs)]
            assert wave, "a step needs one that is not in the plan"
            waves.append(wave)
            done.update(step.id for step in wave)
            rest = [step for step in rest if step not in wave]
        return waves


def make_plans(blueprints: Sequence[Blueprint]) -> list[Plan]:
    """The plans of an application, in order.

    With one blueprint it is one plan. With several environments the roles and the image come first, once for all, and
    each environment is a separate plan, which only checks that the image exists: the same commit is deployed to one
    environment after the other.

    Args:
        blueprints: Of one application, one for each environment.
    """
    first = blueprints[0]
    shared = [*_roles(blueprints), *_image(first)]
    if len(blueprints) == 1:
        return [_plan(first, first.environment, [*shared, *_environment(first, shared)])]
    plans = [_plan(first, None, shared)]
    for blueprint in blueprints:
        image = [Step(_IMAGE, Phase.IMAGE, FindImage(blueprint.registry.repository))] if blueprint.registry else []
        plans.append(_plan(blueprint, blueprint.environment, [*image, *_environment(blueprint, image)]))
    return plans


_ROLES, _IMAGE = "service-roles", "image"


def _plan(blueprint: Blueprint, environment: str | None, steps: Sequence[Step]) -> Plan:
    image = blueprint.image.uri
    return Plan(
        name=blueprint.name,
        environment=environment,
        region=blueprint.region,
        image=None if isinstance(image, Imported) else image,
        log_group=blueprint.tasks.log_group,
        email=blueprint.tasks.topic.email if blueprint.tasks.topic else None,
        steps=tuple(steps),
    )


def _roles(blueprints: Sequence[Blueprint]) -> Iterator[Step]:
    services = ["ecs"]
    if any(service.capacity.scaling for blueprint in blueprints for service in blueprint.services):
        services.append("ecs.application-autoscaling")
    if any(blueprint.database for blueprint in blueprints):
        services.append("rds")
    if any(blueprint.stores.cache for blueprint in blueprints):
        services.append("elasticache")
    yield Step(_ROLES, Phase.ROLES, CreateServiceRoles(tuple(services)))


def _image(blueprint: Blueprint) -> Iterator[Step]:
    registry = blueprint.registry
    if registry is None:  # the image exists already
        return
    yield Step(registry.stack, Phase.IMAGE, DeployStack(stack=registry.stack))
    push = PushImage(
        registry_stack=registry.stack,
        repository=registry.repository,
        platform=blueprint.image.platform,
    )
    yield Step(_IMAGE, Phase.IMAGE, push, (registry.stack,))


def _environment(blueprint: Blueprint, before: Sequence[Step]) -> Iterator[Step]:
    """What follows the steps `before`: stacks, release steps, workloads, checks.

    The stacks' needs are what their templates import.
    """
    known = {step.id for step in before}
    registry = [blueprint.registry.stack] if blueprint.registry and blueprint.registry.stack in known else []
    roles = [_ROLES] if _ROLES in known else []
    image = [_IMAGE] if _IMAGE in known else []
    network = [blueprint.network.stack] if blueprint.network else []
    stores = list(_stores(blueprint, roles, network))
    edge, tasks = blueprint.edge, blueprint.tasks
    if blueprint.network:
        yield Step(blueprint.network.stack, Phase.STACKS, DeployStack(stack=blueprint.network.stack))
    yield from stores
    complete = Parameter.CREATION_COMPLETE
    deploy_edge = DeployStack(
        stack=edge.stack,
        parameters={complete: "true"} if edge.has_late_settings else {},
        creation_parameters={complete: "false"} if edge.has_late_settings else {},
    )
    yield Step(edge.stack, Phase.STACKS, deploy_edge, tuple(network))
    deploy_tasks = DeployStack(stack=tasks.stack, image_tag=tasks.runs_image)
    yield Step(tasks.stack, Phase.STACKS, deploy_tasks, (*roles, *registry, *network, *(step.id for step in stores)))
    released = [
        step
        for service in blueprint.services
        if service.release
        for step in _release(service, service.release, (tasks.stack, *image))
    ]
    yield from released
    needs = (*image, tasks.stack, *(step.id for step in released))
    workers = tuple(service.stack for service in blueprint.services if not service.exposure)
    for job in blueprint.jobs:
        yield Step(job.stack, Phase.WORKLOADS, DeployStack(stack=job.stack, image_tag=not job.image.tagged), needs)
    for service in blueprint.services:
        # A service gives work to workers, so that the old version of these must not get what only the new one knows.
        exposed = (edge.stack, *workers) if service.exposure else ()
        shift = service.deployment.shift
        deploy = DeployStack(
            stack=service.stack, image_tag=not service.image.tagged, minutes=shift.minutes if shift else 0
        )
        yield Step(service.stack, Phase.WORKLOADS, deploy, (*needs, *exposed))
    stable = []
    for service in blueprint.services:
        checks = list(_checks(service, edge))
        stable += [check.id for check in checks if isinstance(check.action, WaitStable)]
        yield from checks
    if blueprint.jobs:
        show = ShowRunCommands(
            cluster=tasks.cluster,
            tasks_stack=tasks.stack,
            families=tuple(job.service_name for job in blueprint.jobs),
            placement=blueprint.jobs[0].placement,
        )
        yield Step("run jobs", Phase.CHECKS, show, tuple(job.stack for job in blueprint.jobs))
    yield Step("logs", Phase.CHECKS, ShowLogs(tasks.log_group), tuple(stable))


def _stores(blueprint: Blueprint, roles: Sequence[str], network: Sequence[str]) -> Iterator[Step]:
    """The stores' stacks, which wait for nothing but the network that some of them are in."""
    stores = blueprint.stores
    inside = [store.stack for store in (blueprint.database, stores.cache) if store]
    outside = [store.stack for store in (stores.queues, stores.buckets) if store]
    for stack in (*inside, *outside):
        needs = (*roles, *network) if stack in inside else ()
        yield Step(stack, Phase.STACKS, DeployStack(stack=stack), needs)


def _release(workload: EcsService, release: Release, needs: tuple[str, ...]) -> Iterator[Step]:
    task = RunTask(
        cluster=workload.cluster,
        tasks_stack=workload.tasks_stack,
        task_definition=release.output,
        placement=workload.placement,
        log_group=workload.log_group,
    )
    yield Step(f"release {workload.name}", Phase.RELEASE, task, needs)


def _checks(workload: EcsService, edge: Edge) -> Iterator[Step]:
    stable = f"stable {workload.name}"
    yield Step(stable, Phase.CHECKS, WaitStable(workload.cluster, workload.service_name), (workload.stack,))
    if workload.exposure is not None:
        request = Request(
            edge_stack=edge.stack,
            paths=_paths(workload.exposure),
            internal=edge.internal,
            allowed_cidrs=edge.allowed_cidrs,
        )
        yield Step(f"request {workload.name}", Phase.CHECKS, request, (stable,))


def _paths(exposure: Exposure) -> tuple[str, ...]:
    """The paths to request, each once: that of the load balancer's check, and the one that asks the database."""
    return tuple(dict.fromkeys(path for path in (exposure.check.target, exposure.ready_path) if path))
