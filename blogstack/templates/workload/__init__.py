"""A workload's stack: what changes with every deployment."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, ecs

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.monitoring import Monitoring
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.deployment import Deployment
from blogstack.blueprint.workload.scaling import Capacity
from blogstack.templates.stack import Stack, import_value, make_tags, to_template
from blogstack.templates.workload.container import add_image_tag, imported_references, service_task_definition
from blogstack.templates.workload.discovery import add_discovery, add_group
from blogstack.templates.workload.exposure import Targets, add_targets
from blogstack.templates.workload.scaling import add_scaling
from blogstack.templates.workload.traffic_shifting import add_advanced_configuration, strategy


def lower(workload: EcsService, monitoring: Monitoring | None) -> Stack:
    """Build a workload's stack; `monitoring` is None without alarms."""
    stack = Stack(workload.kind, workload.stack, f"{workload.service_name}: tasks, scaling")
    if not workload.image.tagged:
        add_image_tag(stack)
    task_group = import_value(workload.from_tasks(Output.TASK_SECURITY_GROUP_ID))
    groups, ingress_group = [task_group], task_group
    own = add_group(stack, workload) if workload.has_own_group else None
    if own is not None:
        ingress_group = GetAtt(own, "GroupId")
        groups.append(ingress_group)
    targets = add_targets(stack, workload, workload.exposure, ingress_group) if workload.exposure else None
    task = stack.add(service_task_definition(workload, imported_references(workload)), *workload.locate())
    service = _make_service(workload, monitoring, task, groups)
    if targets is not None:
        service.DependsOn = targets.ready
        service.HealthCheckGracePeriodSeconds = targets.exposure.check.start
        service.LoadBalancers = [_load_balancer(stack, workload, targets)]
    if workload.discovery is not None and own is not None:
        registry, ingress = add_discovery(stack, workload, workload.discovery, own, task_group)
        service.ServiceRegistries, service.DependsOn = [registry], [ingress.title]
    if workload.capacity.count is not None:
        # With scaling, a count in the template would reset the number of tasks that scaling has set.
        service.DesiredCount = workload.capacity.count
    stack.add(service, *workload.locate())
    if workload.capacity.scaling is not None:
        add_scaling(stack, workload, workload.capacity.scaling, service, targets)
    if monitoring is not None:
        from blogstack.templates.workload.monitoring import add_monitoring  # imported here, as in templates/tasks

        add_monitoring(stack, workload, monitoring, targets, service.title)
    stack.output(Output.CLUSTER_NAME, "The ECS cluster", workload.cluster)
    stack.output(Output.SERVICE_NAME, "The ECS service", GetAtt(service, "Name"))
    stack.output(Output.LOG_GROUP_NAME, "Log group of the tasks", workload.log_group)
    stack.output(Output.TASK_DEFINITION_ARN, "The deployed task definition", Ref(task))
    return stack


def _make_service(
    workload: EcsService, monitoring: Monitoring | None, task: AWSObject, groups: list[AWSHelperFn]
) -> ecs.Service:
    """The ECS service, without its count and its load balancer; `groups`: IDs of its security groups."""
    placement, deployment = workload.placement, workload.deployment
    return ecs.Service(
        ids.ECS_SERVICE,
        ServiceName=workload.service_name,
        Cluster=import_value(workload.imported_cluster),
        TaskDefinition=Ref(task),
        # A strategy rather than a launch type: ECS cannot change from one to the other on a running service.
        CapacityProviderStrategy=_capacity(workload.capacity),
        # ECS accepts another strategy only with a new deployment; running tasks keep the old one until then. The nonce
        # is the strategy, so that nothing else forces a deployment:
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-ecs-service-forcenewdeployment.html
        ForceNewDeployment=ecs.ForceNewDeployment(
            EnableForceNewDeployment=True, ForceNewDeploymentNonce=_strategy_name(workload.capacity)
        ),
        PlatformVersion="LATEST",
        NetworkConfiguration=ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                Subnets=[to_template(subnet) for subnet in placement.task_subnets],
                SecurityGroups=groups,
                AssignPublicIp="ENABLED" if placement.assign_public_ip else "DISABLED",
            )
        ),
        DeploymentConfiguration=_deployment_configuration(workload, monitoring),
        AvailabilityZoneRebalancing="ENABLED" if deployment.zone_rebalancing else "DISABLED",
        EnableExecuteCommand=workload.container.exec,
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=make_tags(workload.tags),
    )


def _load_balancer(stack: Stack, workload: EcsService, targets: Targets) -> ecs.LoadBalancer:
    balancer = ecs.LoadBalancer(
        ContainerName=targets.exposure.container or workload.container_name,
        ContainerPort=targets.exposure.port,
        TargetGroupArn=Ref(targets.group),
    )
    if targets.alternate is not None:
        balancer.AdvancedConfiguration = add_advanced_configuration(stack, workload, targets)
    return balancer


def _deployment_configuration(workload: EcsService, monitoring: Monitoring | None) -> ecs.DeploymentConfiguration:
    deployment = workload.deployment
    configuration = ecs.DeploymentConfiguration(
        MinimumHealthyPercent=deployment.minimum_healthy_percent,
        MaximumPercent=deployment.maximum_percent,
        DeploymentCircuitBreaker=_circuit_breaker(deployment),
        **strategy(deployment.shift),
    )
    if monitoring is not None and monitoring.declares_alarms:
        configuration.Alarms = ecs.DeploymentAlarms(
            AlarmNames=[Ref(ids.ALARMS[alarm.id]) for alarm in monitoring.alarms if alarm.rolls_back],
            Enable=monitoring.rollback,
            Rollback=monitoring.rollback,
        )
    return configuration


def _circuit_breaker(deployment: Deployment) -> ecs.DeploymentCircuitBreaker:
    breaker = ecs.DeploymentCircuitBreaker(Enable=deployment.circuit_breaker, Rollback=deployment.circuit_breaker)
    if deployment.circuit_breaker:
        # By default every healthy task resets the count to 0, so tasks that start and fail again never reach the limit:
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html
        breaker.ResetOnHealthyTask = False
    if deployment.failures is not None:
        breaker.ThresholdConfiguration = ecs.ThresholdConfiguration(Type="COUNT", Value=deployment.failures)
    return breaker


def _strategy_name(capacity: Capacity) -> str:
    """A name for the capacity strategy, different for each strategy."""
    return f"base-{capacity.base}-spot-{capacity.spot}" if capacity.spot else "on-demand"


def _capacity(capacity: Capacity) -> list[ecs.CapacityProviderStrategyItem]:
    on_demand = ecs.CapacityProviderStrategyItem(CapacityProvider="FARGATE", Weight=1)
    if not capacity.spot:
        return [on_demand]
    spot = ecs.CapacityProviderStrategyItem(CapacityProvider="FARGATE_SPOT", Weight=capacity.spot)
    if capacity.spot == 100:
        return [spot]
    on_demand.Base, on_demand.Weight = capacity.base, 100 - capacity.spot
    return [on_demand, spot]
