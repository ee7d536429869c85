"""A further service's own security group, and the name under which the other tasks reach a private one."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, ec2, ecs

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.discovery import Discovery
from blogstack.templates.stack import Stack, import_value, make_tags, no_egress, to_template

# Seconds that a client may keep an address: a task that stops is reached for as long by clients that do not ask again.
_TTL = 10


def add_group(stack: Stack, workload: EcsService) -> AWSObject:
    """The group that lets requests in; connections of the tasks themselves are opened by the group of all tasks."""
    return stack.add(
        ec2.SecurityGroup(
            ids.SECURITY_GROUP,
            GroupDescription=f"{workload.service_name}: who may connect",
            VpcId=to_template(workload.placement.vpc),
            SecurityGroupEgress=no_egress(),
            Tags=make_tags(workload.tags, workload.service_name),
        ),
        *workload.locate(),
    )


def add_discovery(
    stack: Stack, workload: EcsService, discovery: Discovery, group: AWSObject, task_group: AWSHelperFn
) -> tuple[ecs.ServiceRegistry, AWSObject]:
    """Add the name, and let the other tasks in.

    Args:
        stack: The workload's stack.
        workload: The private service.
        discovery: The decisions.
        group: Its own security group.
        task_group: ID of the security group of all tasks.

    Returns:
        What the ECS service says about the name, and the security group's rule.
    """
    from troposphere import servicediscovery  # few files have one

    ingress = ec2.SecurityGroupIngress(
        ids.PRIVATE_INGRESS,
        GroupId=GetAtt(group, "GroupId"),
        IpProtocol="tcp",
        FromPort=discovery.port,
        ToPort=discovery.port,
        SourceSecurityGroupId=task_group,
        Description="Requests of the other tasks",
    )
    # Addresses of up to eight healthy tasks, of which ECS says which they are:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
    name = servicediscovery.Service(
        ids.DISCOVERY,
        Name=discovery.name,
        NamespaceId=import_value(discovery.namespace),
        DnsConfig=servicediscovery.DnsConfig(
            DnsRecords=[servicediscovery.DnsRecord(Type="A", TTL=_TTL)], RoutingPolicy="MULTIVALUE"
        ),
        HealthCheckCustomConfig=servicediscovery.HealthCheckCustomConfig(FailureThreshold=1),
        Tags=make_tags(workload.tags),
    )
    stack.add(name, *workload.locate())
    stack.output(Output.SERVICE_URL, "Where the other tasks reach it", discovery.url)
    return ecs.ServiceRegistry(RegistryArn=GetAtt(name, "Arn")), stack.add(ingress, *workload.locate("port"))
