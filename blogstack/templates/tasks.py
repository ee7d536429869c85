"""The tasks stack: what every task of the service shares, and the release step.

It stands before the service, so that a release runs the new image, with the same roles, network and secrets, before
the service does (docs/decisions/0008-tasks-stack.md).
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, ec2, ecs, secretsmanager

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.tasks import Tasks
from blogstack.templates import access_logs
from blogstack.templates.container import Handles, add_image_tag, container, task_definition
from blogstack.templates.roles import add_roles
from blogstack.templates.stack import Stack, given, log_group, tagged

_CHARACTERS = 48


def lower(tasks: Tasks) -> Stack:
    """Write the tasks stack down."""
    stack = Stack(tasks.stack, f"{tasks.name}: what the service's tasks share")
    cluster = _add_cluster(stack, tasks)
    group = log_group(names.LOG_GROUP, tasks.log_group, tasks.log_retention, tasks.kms_key, tasks.tags)
    stack.add(group, "logs", "retention")
    security_group = _add_security_group(stack, tasks)
    generated = {s.generated: s.variable for s in tasks.every_secret if s.generated}
    secrets = {name: _add_secret(stack, tasks, variable, name) for name, variable in generated.items()}
    execution_role, task_role = add_roles(stack, tasks, group, secrets)
    if tasks.release:
        handles = Handles(
            Ref(group),
            GetAtt(execution_role, "Arn"),
            GetAtt(task_role, "Arn"),
            {name: Ref(secret) for name, secret in secrets.items()},
        )
        _add_release(stack, tasks, handles)
    if tasks.access_logs is not None:
        access_logs.add_bucket(stack, tasks.access_logs, tasks.tags)
    stack.export("ClusterName", "The ECS cluster", Ref(cluster))
    stack.export("LogGroupName", "Where the tasks log", Ref(group))
    stack.export("TaskSecurityGroupId", "Security group of the tasks", GetAtt(security_group, "GroupId"))
    stack.export("ExecutionRoleArn", "Role with which ECS starts a task", GetAtt(execution_role, "Arn"))
    stack.export("TaskRoleArn", "Role of the service itself", GetAtt(task_role, "Arn"))
    for name, secret in secrets.items():
        stack.export(f"{name}Arn", "A generated secret", Ref(secret))
    return stack


def _add_cluster(stack: Stack, tasks: Tasks) -> AWSObject:
    insights = "enabled" if tasks.container_insights else "disabled"
    return stack.add(
        ecs.Cluster(
            names.CLUSTER,
            ClusterName=tasks.name,
            CapacityProviders=["FARGATE", "FARGATE_SPOT"],
            ClusterSettings=[ecs.ClusterSetting(Name="containerInsights", Value=insights)],
            Tags=tagged(tasks.tags),
        ),
        "logs",
        "container_insights",
    )


def _add_security_group(stack: Stack, tasks: Tasks) -> AWSObject:
    """The tasks' group; the service stack lets the load balancer in, and this one lets the tasks to the database."""
    group = stack.add(
        ec2.SecurityGroup(
            names.TASK_SECURITY_GROUP,
            GroupDescription="Tasks: requests from the load balancer only",
            VpcId=given(tasks.placement.vpc),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(IpProtocol="-1", CidrIp="0.0.0.0/0", Description="Requests of the service itself")
            ],
            Tags=tagged(tasks.tags, f"{tasks.name}-tasks"),
        ),
        "service",
    )
    if tasks.database is not None:
        stack.add(
            ec2.SecurityGroupIngress(
                names.DATABASE_INGRESS,
                GroupId=given(tasks.database.security_group),
                IpProtocol="tcp",
                FromPort=tasks.database.port,
                ToPort=tasks.database.port,
                SourceSecurityGroupId=GetAtt(group, "GroupId"),
                Description=f"PostgreSQL from the tasks of {tasks.name}",
            ),
            "database",
        )
    return group


def _add_secret(stack: Stack, tasks: Tasks, variable: str, logical_id: str) -> AWSObject:
    """A secret that AWS makes up; it stays when the stack goes, because what it signed or encrypted may stay."""
    secret = secretsmanager.Secret(
        logical_id,
        Description=f"{tasks.name}: {variable}",
        GenerateSecretString=secretsmanager.GenerateSecretString(PasswordLength=_CHARACTERS, ExcludePunctuation=True),
        Tags=tagged(tasks.tags),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    if tasks.kms_key:
        secret.KmsKeyId = tasks.kms_key
    return stack.add(
        secret,
        "service",
        "secrets",
        variable,
    )


def _add_release(stack: Stack, tasks: Tasks, handles: Handles) -> None:
    """The release step: the same container with another command, that nobody sends requests to."""
    add_image_tag(stack)
    definition = container(tasks, handles, tasks.release, "release")
    release = task_definition(names.RELEASE_TASK_DEFINITION, f"{tasks.name}-release", tasks, handles, [definition])
    stack.add(release, "service", "release")
    stack.output("ReleaseTaskDefinitionArn", "The release step", Ref(release))
