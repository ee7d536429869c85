"""Blueprint -> Plan: the steps from templates to a running service, as data.

A plan is what a person would do by hand, in order. Each step names the steps that it needs, so that others can run in
parallel. steps.py defines the steps; shell.py prints a plan as a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blogstack.blueprint import Blueprint
from blogstack.blueprint.edge import Edge
from blogstack.blueprint.names import Imported, Parameter
from blogstack.blueprint.workload import EcsService, Release
from blogstack.deploy.steps import (
    CheckPlatform,
    CheckZones,
    CreateServiceRoles,
    DeployStack,
    FindImage,
    Phase,
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


def make_plans(blueprints: Sequence[Blueprint]) -> list[Plan]:
    """The plans of an application, in order.

    One blueprint gives one plan. With several environments the roles and the image are a plan of their own, which comes
    first, and each environment is a separate plan, which only checks that the image exists: the same commit is deployed
    to one environment after the other.

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


_ROLES, _IMAGE, _ZONES, _PLATFORM = "service-roles", "image", "zones", "platform"


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
        build=registry.build,
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
    if blueprint.platform:
        check_platform = CheckPlatform(blueprint.platform, blueprint.load_balancer.stack)
        yield Step(_PLATFORM, Phase.STACKS, check_platform)
        network = [_PLATFORM]
    stores = list(_stores(blueprint, roles, network))
    tasks, balancer = blueprint.tasks, [blueprint.edge.stack] if blueprint.edge else []
    if blueprint.network:
        # Letters do not depend on what the account has.
        counted = blueprint.network.zones[0].letter is None
        if counted:
            check = CheckZones(blueprint.network.stack, len(blueprint.network.zones))
            yield Step(_ZONES, Phase.STACKS, check)
        deploy_network = DeployStack(stack=blueprint.network.stack)
        yield Step(blueprint.network.stack, Phase.STACKS, deploy_network, (_ZONES,) if counted else ())
    yield from stores
    if blueprint.edge:
        yield Step(blueprint.edge.stack, Phase.STACKS, _deploy_edge(blueprint.edge), tuple(network))
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
    private = tuple(service.stack for service in blueprint.services if service.discovery)
    # A workload that calls a private service or gives work to a worker is deployed after it, so that the old version
    # of the callee never gets requests that only its new version understands.
    inner = tuple(service.stack for service in blueprint.services if not service.exposure)
    for job in blueprint.jobs:
        yield Step(
            job.stack, Phase.WORKLOADS, DeployStack(stack=job.stack, image_tag=not job.image.tagged), (*needs, *private)
        )
    for service in blueprint.services:
        before_it = (*balancer, *inner) if service.exposure else () if service.discovery else private
        shift = service.deployment.shift
        deploy = DeployStack(
            stack=service.stack, image_tag=not service.image.tagged, minutes=shift.minutes if shift else 0
        )
        yield Step(service.stack, Phase.WORKLOADS, deploy, (*needs, *before_it))
    for service in blueprint.services:
        yield from _checks(service, blueprint)
    if blueprint.edge and blueprint.edge.tls and blueprint.edge.tls.elsewhere:
        exposed = (_stable(service) for service in blueprint.services if service.exposure)
        show_records = ShowRecords(blueprint.edge.stack, blueprint.edge.tls.elsewhere)
        yield Step("records", Phase.CHECKS, show_records, tuple(exposed))
    if blueprint.jobs:
        show = ShowRunCommands(
            cluster=tasks.cluster,
            tasks_stack=tasks.stack,
            families=tuple(job.service_name for job in blueprint.jobs),
            placement=blueprint.jobs[0].placement,
        )
        yield Step("run jobs", Phase.CHECKS, show, tuple(job.stack for job in blueprint.jobs))
    yield Step("logs", Phase.CHECKS, ShowLogs(tasks.log_group), tuple(map(_stable, blueprint.services)))


def _deploy_edge(edge: Edge) -> DeployStack:
    complete = Parameter.CREATION_COMPLETE
    return DeployStack(
        stack=edge.stack,
        parameters={complete: "true"} if edge.has_late_settings else {},
        creation_parameters={complete: "false"} if edge.has_late_settings else {},
    )


def _stores(blueprint: Blueprint, roles: Sequence[str], network: Sequence[str]) -> Iterator[Step]:
    """The stores' stacks; those that are in the network wait for the roles and the network, the others for nothing."""
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


def _stable(workload: EcsService) -> str:
    """ID of the step that waits for a workload."""
    return f"stable {workload.name}"


def _checks(workload: EcsService, blueprint: Blueprint) -> Iterator[Step]:
    edge = blueprint.edge
    tls = edge.tls if edge else None
    stable = _stable(workload)
    yield Step(stable, Phase.CHECKS, WaitStable(workload.cluster, workload.service_name), (workload.stack,))
    if workload.discovery is not None:
        show = ShowAddress(workload.name, workload.discovery.url)
        yield Step(f"address {workload.name}", Phase.CHECKS, show, (stable,))
    is_direct = tls is not None and bool(tls.elsewhere)
    if workload.exposure is not None and workload.exposure.own_paths:
        request = Request(
            edge_stack=blueprint.load_balancer.stack,
            host=workload.exposure.own_host or (tls.domain if is_direct and tls else None),
            is_direct=is_direct,
            headers=workload.exposure.own_headers,
            paths=workload.exposure.own_paths,
            errors_are_healthy=workload.exposure.errors_are_healthy
            and workload.exposure.own_paths[0] == workload.exposure.health_path,
            internal=edge is not None and edge.internal,
            restriction=_restriction(blueprint),
        )
        yield Step(f"request {workload.name}", Phase.CHECKS, request, (stable,))


def _restriction(blueprint: Blueprint) -> str | None:
    """Who the load balancer answers; None for everybody."""
    edge = blueprint.edge
    if edge is None:
        return f"the load balancer of {blueprint.platform} may admit only others"
    if "0.0.0.0/0" in edge.allowed_cidrs:
        return None
    return f"allowed_cidrs admits only {', '.join(edge.allowed_cidrs)}"
