"""A further service's own security group, and the name under which the other tasks reach a private one."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, GetAtt, ec2, ecs

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.discovery import Discovery
from blogstack.templates.stack import Stack, import_value, make_tags, no_egress, to_template

# Seconds that a client may cache an address: for so long, clients may still connect to a task that stops.
_TTL = 10


def add_group(stack: Stack, workload: EcsService) -> AWSObject:
    """Add the group that lets requests in; the group of all tasks covers connections that the tasks open."""
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
        The ECS service's registry for the name, and the security group's rule.
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
    # Addresses of up to eight healthy tasks, which ECS registers:
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
    stack.output(Output.SERVICE_URL, "URL for the other tasks", discovery.url)
    return ecs.ServiceRegistry(RegistryArn=GetAtt(name, "Arn")), stack.add(ingress, *workload.locate("port"))
