"""The service stack: what changes with every deployment."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, ImportValue, Ref, Sub, ecs

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.monitoring import Monitoring
from blogstack.blueprint.names import Imported
from blogstack.blueprint.service import Service
from blogstack.blueprint.tasks import Tasks
from blogstack.templates import balancer, scaling, traffic_shifting
from blogstack.templates.container import Handles, add_image_tag, container, serving, sidecar, task_definition
from blogstack.templates.stack import Stack, given, tagged


def lower(service: Service, watched: Monitoring | None) -> Stack:
    """Write the service stack down; `watched` are its alarms, if it has any."""
    tasks = service.tasks
    stack = Stack(service.stack, f"{tasks.name}: load balancer, tasks, scaling")
    add_image_tag(stack)
    task_group = _from_tasks(tasks, "TaskSecurityGroupId")
    balancer_group = balancer.add_security_group(stack, service, task_group)
    load_balancer = balancer.add_load_balancer(stack, service, balancer_group)
    if service.balancer.firewall is not None:
        from blogstack.templates import firewall  # what it imports costs a millisecond at every other start

        firewall.add_web_acl(stack, service.balancer.firewall, service.tags, load_balancer)
    target_group = balancer.add_target_group(stack, service)
    listener = balancer.add_listeners(stack, service, load_balancer, target_group)
    outputs = ("LogGroupName", "ExecutionRoleArn", "TaskRoleArn")
    log_group, execution_role, task_role = (_from_tasks(tasks, output) for output in outputs)
    handles = Handles(log_group, execution_role, task_role, secrets={})
    own = serving(container(tasks, handles, tasks.container.command, "task"), tasks.container)
    containers = [own, *(sidecar(beside, tasks.container.stop_timeout, handles) for beside in tasks.sidecars)]
    task = stack.add(task_definition(names.TASK_DEFINITION, tasks.name, tasks, handles, containers), "service")
    target = ecs.LoadBalancer(
        ContainerName=tasks.name, ContainerPort=tasks.container.port, TargetGroupArn=Ref(target_group)
    )
    target_groups = [target_group]
    if service.shift is not None:
        alternate, target.AdvancedConfiguration = traffic_shifting.add_shifting(stack, service, listener, target_group)
        target_groups.append(alternate)
    ecs_service = _add_service(stack, service, task, task_group, target)
    # ECS refuses a target group that no listener leads to, and tasks on a new port need the rules first.
    ecs_service.DependsOn = [listener.title, names.BALANCER_EGRESS, names.TASK_INGRESS]
    if service.scaling is not None:
        scaling.add_scaling(stack, service.scaling, service.tags, ecs_service, load_balancer, target_groups)
    if watched is not None:
        from blogstack.templates import monitoring  # what it imports costs a millisecond at every other start

        monitoring.add_monitoring(stack, watched, load_balancer, target_groups, ecs_service)
    tls = service.balancer.tls
    url = f"https://{tls.domain}" if tls else Sub(f"http://${{{load_balancer.title}.DNSName}}")
    stack.output("Url", "Where the service answers", url)
    stack.output("LoadBalancerDnsName", "Name of the load balancer", GetAtt(load_balancer, "DNSName"))
    stack.output("ClusterName", "The ECS cluster", tasks.name)
    stack.output("ServiceName", "The ECS service", GetAtt(ecs_service, "Name"))
    stack.output("LogGroupName", "Where the tasks log", tasks.log_group)
    stack.output("TaskDefinitionArn", "The task definition deployed", Ref(task))
    stack.output("TargetGroupArn", "The target group", Ref(target_group))
    return stack


def _from_tasks(tasks: Tasks, output: str) -> ImportValue:
    return ImportValue(Imported(tasks.stack, output).export)


def _add_service(
    stack: Stack,
    service: Service,
    task: AWSObject,
    task_group: ImportValue,
    target: ecs.LoadBalancer,
) -> AWSObject:
    tasks, placement = service.tasks, service.tasks.placement
    ecs_service = ecs.Service(
        names.ECS_SERVICE,
        ServiceName=tasks.name,
        Cluster=_from_tasks(tasks, "ClusterName"),
        TaskDefinition=Ref(task),
        # A strategy rather than a launch type: ECS has no way from one to the other on a running service.
        CapacityProviderStrategy=_capacity(service),
        PlatformVersion="LATEST",
        NetworkConfiguration=ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                Subnets=[given(subnet) for subnet in placement.task_subnets],
                SecurityGroups=[task_group],
                AssignPublicIp="ENABLED" if placement.assign_public_ip else "DISABLED",
            )
        ),
        LoadBalancers=[target],
        HealthCheckGracePeriodSeconds=service.balancer.check.start,
        DeploymentConfiguration=ecs.DeploymentConfiguration(
            MinimumHealthyPercent=service.minimum_healthy_percent,
            MaximumPercent=service.maximum_percent,
            DeploymentCircuitBreaker=ecs.DeploymentCircuitBreaker(
                Enable=service.circuit_breaker, Rollback=service.circuit_breaker
            ),
            # ECS keeps what it was told before: the way back from another strategy has to be told too.
            **(traffic_shifting.shifted(service.shift) if service.shift else {"Strategy": "ROLLING"}),
        ),
        AvailabilityZoneRebalancing="ENABLED" if service.zone_rebalancing else "DISABLED",
        EnableExecuteCommand=tasks.container.exec,
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=tagged(service.tags),
    )
    if service.fixed_count:
        # Only here: with scaling, a count in the template would reset what scaling has reached.
        ecs_service.DesiredCount = service.fixed_count
    return stack.add(ecs_service, "service")


def _capacity(service: Service) -> list[ecs.CapacityProviderStrategyItem]:
    on_demand = ecs.CapacityProviderStrategyItem(CapacityProvider="FARGATE", Weight=1)
    if not service.spot:
        return [on_demand]
    on_demand.Base, on_demand.Weight = service.base, 100 - service.spot
    return [on_demand, ecs.CapacityProviderStrategyItem(CapacityProvider="FARGATE_SPOT", Weight=service.spot)]
