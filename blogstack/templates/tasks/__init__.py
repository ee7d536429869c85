"""The tasks stack: what the tasks of all workloads share, and the release steps.

It is deployed before the workloads, so that a release step runs the new image, with the same roles, network and
secrets, before the service does (docs/decisions/0008-tasks-stack.md).
"""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import AWSObject, GetAtt, Ref, ec2, ecs, secretsmanager

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import TASKS, Output, Value
from blogstack.blueprint.tasks import Tasks
from blogstack.blueprint.workload import EcsService, Release
from blogstack.templates.stack import Stack, make_log_group, make_tags, plain, to_template
from blogstack.templates.tasks.roles import add_roles
from blogstack.templates.workload.container import References, add_image_tag, release_task_definition

# Django requires at least 50 characters (security.W009): https://docs.djangoproject.com/en/stable/ref/checks/#security
_SECRET_LENGTH = 64


def lower(tasks: Tasks, services: Iterable[EcsService]) -> Stack:
    """Build the tasks stack."""
    stack = Stack(TASKS, tasks.stack, f"{tasks.title}: shared by all tasks")
    cluster = _add_cluster(stack, tasks) if tasks.has_cluster else None
    log_group = stack.add(
        make_log_group(
            ids.LOG_GROUP, tasks.log_group, retention=tasks.log_retention, kms_key=tasks.kms_key, tags=tasks.tags
        ),
        "logs",
        "retention",
    )
    security_group = _add_security_group(stack, tasks)
    generated = {s.generated: s.variable for s in tasks.execution.secrets if s.generated}
    secrets = {
        logical_id: _add_secret(stack, tasks, variable, logical_id) for logical_id, variable in generated.items()
    }
    execution_role, task_role = add_roles(stack, tasks, log_group, secrets)
    references = References(
        log_group=Ref(log_group),
        execution_role=GetAtt(execution_role, "Arn"),
        task_role=GetAtt(task_role, "Arn"),
        secrets={logical_id: Ref(secret) for logical_id, secret in secrets.items()},
    )
    if tasks.namespace is not None:
        _add_namespace(stack, tasks, tasks.namespace)
    if tasks.runs_image:
        add_image_tag(stack)
    for service in services:
        if service.release is not None:
            _add_release(stack, service, service.release, references)
    if tasks.topic is not None:
        from blogstack.templates.tasks import (
            monitoring,
        )  # its imports take a millisecond, and few files need them

        monitoring.add_monitoring(stack, tasks, tasks.topic)
    if cluster is not None:
        stack.export(Output.CLUSTER_NAME, "The ECS cluster", Ref(cluster))
    stack.export(Output.LOG_GROUP_NAME, "Log group of the tasks", Ref(log_group))
    stack.export(Output.TASK_SECURITY_GROUP_ID, "Security group of the tasks", GetAtt(security_group, "GroupId"))
    stack.export(Output.EXECUTION_ROLE_ARN, "Role with which ECS starts a task", GetAtt(execution_role, "Arn"))
    stack.export(Output.TASK_ROLE_ARN, "Role of the tasks themselves", GetAtt(task_role, "Arn"))
    for logical_id, secret in secrets.items():
        stack.export(Output.GENERATED_SECRET_ARN.format(logical_id), "A generated secret", Ref(secret))
    return stack


def _add_cluster(stack: Stack, tasks: Tasks) -> AWSObject:
    insights = "enabled" if tasks.container_insights else "disabled"
    return stack.add(
        ecs.Cluster(
            ids.CLUSTER,
            ClusterName=tasks.cluster,
            CapacityProviders=["FARGATE", "FARGATE_SPOT"],
            ClusterSettings=[ecs.ClusterSetting(Name="containerInsights", Value=insights)],
            Tags=make_tags(tasks.tags),
        ),
        "logs",
        "container_insights",
    )


def _add_namespace(stack: Stack, tasks: Tasks, name: str) -> None:
    """Add the domain of the private services' names, which exists only in the network."""
    from troposphere import servicediscovery  # imported here, because few files need it

    namespace = servicediscovery.PrivateDnsNamespace(
        ids.NAMESPACE, Name=name, Vpc=to_template(tasks.vpc), Tags=make_tags(tasks.tags)
    )
    stack.add(namespace, "services")
    stack.export(Output.NAMESPACE_ID, "Domain of the private services", Ref(namespace))


def _add_security_group(stack: Stack, tasks: Tasks) -> AWSObject:
    """The tasks' group, and the rules that let it into database and cache; workloads' stacks let the requests in."""
    group = stack.add(
        ec2.SecurityGroup(
            ids.TASK_SECURITY_GROUP,
            GroupDescription="Tasks: requests from the load balancer only",
            VpcId=to_template(tasks.vpc),
            SecurityGroupEgress=[
                plain(IpProtocol="-1", CidrIp="0.0.0.0/0", Description="Requests of the service itself")
            ],
            Tags=make_tags(tasks.tags, f"{tasks.title}-tasks"),
        ),
        "service",
    )
    if tasks.database is not None:
        store, port = tasks.database.security_group, tasks.database.port
        ingress = _ingress(ids.DATABASE_INGRESS, store, port, group, f"PostgreSQL from the tasks of {tasks.title}")
        stack.add(ingress, "database")
    if tasks.stores.cache is not None:
        store, port = tasks.stores.cache.security_group, tasks.stores.cache.port
        ingress = _ingress(ids.CACHE_INGRESS, store, port, group, f"Valkey from the tasks of {tasks.title}")
        stack.add(ingress, "cache")
    return group


def _ingress(logical_id: str, store: Value, port: int, tasks: AWSObject, description: str) -> ec2.SecurityGroupIngress:
    """The rule that lets the tasks' group into the group of a store."""
    return ec2.SecurityGroupIngress(
        logical_id,
        GroupId=to_template(store),
        IpProtocol="tcp",
        FromPort=port,
        ToPort=port,
        SourceSecurityGroupId=GetAtt(tasks, "GroupId"),
        Description=description,
    )


def _add_secret(stack: Stack, tasks: Tasks, variable: str, logical_id: str) -> AWSObject:
    """A secret that AWS generates; it is kept when the stack is deleted, as data that it signed or encrypted may be."""
    secret = secretsmanager.Secret(
        logical_id,
        Description=f"{tasks.title}: {variable}",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            PasswordLength=_SECRET_LENGTH, ExcludePunctuation=True
        ),
        Tags=make_tags(tasks.tags),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    if tasks.kms_key:
        secret.KmsKeyId = tasks.kms_key
    return stack.add(secret, "service", "secrets", variable)


def _add_release(stack: Stack, workload: EcsService, release: Release, references: References) -> None:
    """Add the release step: the same container with another command, without ports and health check."""
    definition = stack.add(release_task_definition(workload, references, release), *workload.locate("release"))
    stack.output(release.output, f"Task definition of the release step of {workload.service_name}", Ref(definition))
