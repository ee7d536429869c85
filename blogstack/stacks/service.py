"""The service stack: what changes with every deployment."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Parameter, Ref, Sub, ecs, logs

from blogstack.blueprint.service import Service
from blogstack.stacks import balancer, names, scaling
from blogstack.stacks.roles import add_roles
from blogstack.stacks.stack import Stack, given, tagged
from blogstack.stacks.task import IMAGE_TAG, add_task_definition


def lower(service: Service) -> Stack:
    """Write the service stack down."""
    stack = Stack(service.stack, f"{service.name}: load balancer, tasks, scaling and logs")
    _add_image_tag(stack)
    balancer_group, task_group = balancer.add_security_groups(stack, service)
    load_balancer = balancer.add_load_balancer(stack, service, balancer_group)
    target_group = balancer.add_target_group(stack, service)
    listener = balancer.add_listeners(stack, service, load_balancer, target_group)
    log_group = _add_log_group(stack, service)
    execution_role, task_role = add_roles(stack, service, log_group)
    cluster = _add_cluster(stack, service)
    task = add_task_definition(stack, service, log_group, execution_role, task_role)
    ecs_service = _add_service(stack, service, cluster, task, task_group, target_group, listener)
    if service.scaling is not None:
        scaling.add_scaling(stack, service.scaling, service.tags, cluster, ecs_service)
    _add_outputs(stack, service, load_balancer, cluster, ecs_service, log_group, task, target_group)
    return stack


def _add_image_tag(stack: Stack) -> None:
    stack.parameter(
        Parameter(
            IMAGE_TAG,
            Type="String",
            Description="Tag of the image to deploy, such as the git SHA",
            # What ECR takes for a tag (Amazon ECR API reference, PutImage), but not "latest", which says nothing.
            AllowedPattern=r"^(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
            ConstraintDescription="must be an image tag other than latest",
        )
    )


def _add_log_group(stack: Stack, service: Service) -> AWSObject:
    return stack.add(
        logs.LogGroup(
            names.LOG_GROUP,
            LogGroupName=service.log_group,
            RetentionInDays=service.log_retention,
            Tags=tagged(service.tags),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
        ),
        "logs",
        "retention",
    )


def _add_cluster(stack: Stack, service: Service) -> AWSObject:
    insights = "enabled" if service.container_insights else "disabled"
    return stack.add(
        ecs.Cluster(
            names.CLUSTER,
            ClusterName=service.name,
            ClusterSettings=[ecs.ClusterSetting(Name="containerInsights", Value=insights)],
            Tags=tagged(service.tags),
        ),
        "logs",
        "container_insights",
    )


def _add_service(
    stack: Stack,
    service: Service,
    cluster: AWSObject,
    task: AWSObject,
    task_group: AWSObject,
    target_group: AWSObject,
    listener: AWSObject,
) -> AWSObject:
    placement = service.placement
    ecs_service = ecs.Service(
        names.ECS_SERVICE,
        ServiceName=service.name,
        Cluster=Ref(cluster),
        TaskDefinition=Ref(task),
        LaunchType="FARGATE",
        PlatformVersion="LATEST",
        NetworkConfiguration=ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                Subnets=[given(subnet) for subnet in placement.task_subnets],
                SecurityGroups=[GetAtt(task_group, "GroupId")],
                AssignPublicIp="ENABLED" if placement.assign_public_ip else "DISABLED",
            )
        ),
        LoadBalancers=[
            ecs.LoadBalancer(
                ContainerName=service.name, ContainerPort=service.container.port, TargetGroupArn=Ref(target_group)
            )
        ],
        HealthCheckGracePeriodSeconds=service.balancer.check.start,
        DeploymentConfiguration=ecs.DeploymentConfiguration(
            MinimumHealthyPercent=service.minimum_healthy_percent,
            MaximumPercent=service.maximum_percent,
            DeploymentCircuitBreaker=ecs.DeploymentCircuitBreaker(
                Enable=service.circuit_breaker, Rollback=service.circuit_breaker
            ),
        ),
        AvailabilityZoneRebalancing="ENABLED" if service.zone_rebalancing else "DISABLED",
        EnableExecuteCommand=service.container.exec,
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        Tags=tagged(service.tags),
        # ECS refuses a target group that no listener leads to.
        DependsOn=listener.title,
    )
    if service.fixed_count:
        # Only here: with scaling, a count in the template would reset what scaling has reached.
        ecs_service.DesiredCount = service.fixed_count
    return stack.add(ecs_service, "service")


def _add_outputs(
    stack: Stack,
    service: Service,
    load_balancer: AWSObject,
    cluster: AWSObject,
    ecs_service: AWSObject,
    log_group: AWSObject,
    task: AWSObject,
    target_group: AWSObject,
) -> None:
    tls = service.balancer.tls
    url = f"https://{tls.domain}" if tls else Sub(f"http://${{{load_balancer.title}.DNSName}}")
    stack.output("Url", "Where the service answers", url)
    stack.output("LoadBalancerDnsName", "Name of the load balancer", GetAtt(load_balancer, "DNSName"))
    stack.output("ClusterName", "The ECS cluster", Ref(cluster))
    stack.output("ServiceName", "The ECS service", GetAtt(ecs_service, "Name"))
    stack.output("LogGroupName", "Where the tasks log", Ref(log_group))
    stack.output("TaskDefinitionArn", "The task definition deployed", Ref(task))
    stack.output("TargetGroupArn", "The target group", Ref(target_group))
