"""The container and the task definition: of the service, and of its release step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from troposphere import AWSHelperFn, ImportValue, Parameter, Ref, Sub, ecs

from blogstack.blueprint.check import Check
from blogstack.blueprint.names import Imported
from blogstack.blueprint.registry import Image
from blogstack.blueprint.secrets import SecretVariable
from blogstack.blueprint.sidecars import Sidecar
from blogstack.blueprint.tasks import Container, Tasks
from blogstack.templates.secrets import value_from
from blogstack.templates.stack import Stack, literal, shared, tagged

IMAGE_TAG = "ImageTag"
_Variable = shared(ecs.Environment)
_RuntimePlatform = shared(ecs.RuntimePlatform)
_PortMapping = shared(ecs.PortMapping)


class Handles(NamedTuple):
    """What a task definition refers to: resources of its own stack, or what the tasks stack exports.

    Attributes:
        secrets: ARNs of the generated secrets, by logical ID.
    """

    log_group: AWSHelperFn
    execution_role: AWSHelperFn
    task_role: AWSHelperFn
    secrets: Mapping[str, AWSHelperFn]


def add_image_tag(stack: Stack) -> None:
    """The one parameter: what is deployed."""
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


def task_definition(
    logical_id: str, family: str, tasks: Tasks, handles: Handles, containers: list[ecs.ContainerDefinition]
) -> ecs.TaskDefinition:
    """A task definition; its size is literal, because cfn-lint does not look through parameters."""
    own = tasks.container
    task = ecs.TaskDefinition(
        logical_id,
        Family=family,
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        Cpu=str(own.cpu),
        Memory=str(own.memory),
        RuntimePlatform=_RuntimePlatform(OperatingSystemFamily="LINUX", CpuArchitecture=own.architecture),
        ExecutionRoleArn=handles.execution_role,
        TaskRoleArn=handles.task_role,
        ContainerDefinitions=containers,
        Tags=tagged(tasks.tags),
    )
    if own.ephemeral_storage:
        task.EphemeralStorage = ecs.EphemeralStorage(SizeInGiB=own.ephemeral_storage)
    return task


def container(tasks: Tasks, handles: Handles, command: Sequence[str], logs: str) -> ecs.ContainerDefinition:
    """The container with a command, or with the image's own when there is none; without ports and health check.

    Args:
        tasks: What runs.
        handles: What it refers to.
        command: Its words.
        logs: What the names of its log streams begin with.
    """
    own = tasks.container
    definition = ecs.ContainerDefinition(
        Name=tasks.name,
        Image=_image(tasks.image),
        Essential=True,
        Environment=_environment(own.environment),
        StopTimeout=own.stop_timeout,
        ReadonlyRootFilesystem=bool(own.tmp),
        LinuxParameters=ecs.LinuxParameters(InitProcessEnabled=True),  # it reaps what the service leaves behind
        LogConfiguration=_logs(handles, logs),
    )
    if own.tmp:
        definition.LinuxParameters.Tmpfs = [_tmp(own.tmp)]
    if tasks.secrets:
        definition.Secrets = [_secret(secret, handles) for secret in tasks.secrets]
    if tasks.image.credentials:
        definition.RepositoryCredentials = _credentials(tasks.image.credentials)
    if command:
        definition.Command = [literal(word) for word in command]
    if own.user:
        definition.User = own.user
    return definition


def serving(definition: ecs.ContainerDefinition, own: Container) -> ecs.ContainerDefinition:
    """The container as the service runs it: with its port, its own health check and what it waits for."""
    definition.PortMappings = [_PortMapping(ContainerPort=own.port, Protocol="tcp")]
    definition.HealthCheck = _health_check(own.check)
    if own.depends_on:
        definition.DependsOn = _depends_on(own.depends_on)
    return definition


def sidecar(own: Sidecar, stop_timeout: int, handles: Handles) -> ecs.ContainerDefinition:
    """A container beside the service's; it has the same time to stop, and logs to the same group.

    Without an init process, because images that bring one refuse to be anything but process 1
    (just-containers/s6-overlay, issue 535).
    """
    definition = ecs.ContainerDefinition(
        Name=own.name,
        Image=own.image,
        Essential=own.essential,
        StopTimeout=stop_timeout,
        ReadonlyRootFilesystem=bool(own.tmp),
        LogConfiguration=_logs(handles, "sidecar"),
    )
    if own.environment:
        definition.Environment = _environment(own.environment)
    if own.tmp:
        definition.LinuxParameters = ecs.LinuxParameters(Tmpfs=[_tmp(own.tmp)])
    if own.secrets:
        definition.Secrets = [_secret(secret, handles) for secret in own.secrets]
    if own.credentials:
        definition.RepositoryCredentials = _credentials(own.credentials)
    if own.command:
        definition.Command = [literal(word) for word in own.command]
    if own.port:
        definition.PortMappings = [_PortMapping(ContainerPort=own.port, Protocol="tcp")]
    if own.memory:
        definition.Memory = own.memory
    if own.check:
        definition.HealthCheck = _health_check(own.check)
    if own.depends_on:
        definition.DependsOn = _depends_on(own.depends_on)
    return definition


def _environment(variables: Mapping[str, str]) -> list[ecs.Environment]:
    return [_Variable(Name=name, Value=literal(value)) for name, value in variables.items()]


def _logs(handles: Handles, prefix: str) -> ecs.LogConfiguration:
    options = {
        "awslogs-group": handles.log_group,
        "awslogs-region": Ref("AWS::Region"),
        "awslogs-stream-prefix": prefix,
    }
    return ecs.LogConfiguration(LogDriver="awslogs", Options=options)


def _credentials(secret: str) -> ecs.RepositoryCredentials:
    return ecs.RepositoryCredentials(CredentialsParameter=literal(secret))


def _depends_on(conditions: Mapping[str, str]) -> list[ecs.ContainerDependency]:
    return [ecs.ContainerDependency(ContainerName=name, Condition=reached) for name, reached in conditions.items()]


def _secret(secret: SecretVariable, handles: Handles) -> ecs.Secret:
    made = handles.secrets.get(secret.generated)
    return ecs.Secret(Name=secret.variable, ValueFrom=made) if made else _existing(secret)


@lru_cache(maxsize=1024)  # the service and its release step read the same ones
def _existing(secret: SecretVariable) -> ecs.Secret:
    return ecs.Secret(Name=secret.variable, ValueFrom=value_from(secret))


def _image(image: Image) -> Sub:
    if isinstance(image.uri, Imported):
        return Sub(f"${{Repository}}:${{{IMAGE_TAG}}}", Repository=ImportValue(image.uri.export))
    return Sub(f"{image.uri}:${{{IMAGE_TAG}}}")


def _health_check(check: Check) -> ecs.HealthCheck:
    return ecs.HealthCheck(
        Command=["CMD-SHELL", literal(check.target)],
        Interval=check.interval,
        Timeout=check.timeout,
        Retries=check.unhealthy,
        StartPeriod=check.start,
    )


def _tmp(size: int) -> ecs.Tmpfs:
    """On a read-only root, /tmp is memory (decision 0005)."""
    return ecs.Tmpfs(ContainerPath="/tmp", Size=size, MountOptions=["nodev", "nosuid"])  # noqa: S108
