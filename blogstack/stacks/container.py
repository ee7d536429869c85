"""The container and the task definition: of the service, and of its release step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from troposphere import AWSHelperFn, ImportValue, Parameter, Ref, Sub, ecs

from blogstack.blueprint.naming import Imported
from blogstack.blueprint.registry import Image
from blogstack.blueprint.secrets import SecretVariable
from blogstack.blueprint.tasks import Check, Container, Tasks
from blogstack.stacks.secrets import value_from
from blogstack.stacks.stack import Stack, literal, tagged

IMAGE_TAG = "ImageTag"


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
    logical_id: str, family: str, tasks: Tasks, handles: Handles, definition: ecs.ContainerDefinition
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
        RuntimePlatform=ecs.RuntimePlatform(OperatingSystemFamily="LINUX", CpuArchitecture=own.architecture),
        ExecutionRoleArn=handles.execution_role,
        TaskRoleArn=handles.task_role,
        ContainerDefinitions=[definition],
        Tags=tagged(tasks.tags),
    )
    if own.ephemeral_storage:
        task.EphemeralStorage = ecs.EphemeralStorage(SizeInGiB=own.ephemeral_storage)
    return task


def container(tasks: Tasks, handles: Handles, command: Sequence[str]) -> ecs.ContainerDefinition:
    """The container with a command, or with the image's own when there is none; without ports and health check."""
    own = tasks.container
    definition = ecs.ContainerDefinition(
        Name=tasks.name,
        Image=_image(tasks.image),
        Essential=True,
        Environment=[ecs.Environment(Name=name, Value=literal(value)) for name, value in own.environment.items()],
        StopTimeout=own.stop_timeout,
        ReadonlyRootFilesystem=bool(own.tmp),
        LinuxParameters=_linux_parameters(own),
        LogConfiguration=ecs.LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": handles.log_group,
                "awslogs-region": Ref("AWS::Region"),
                "awslogs-stream-prefix": "release" if command is tasks.release else "task",
            },
        ),
    )
    if tasks.secrets:
        definition.Secrets = [_secret(secret, handles) for secret in tasks.secrets]
    if tasks.image.credentials:
        credentials = literal(tasks.image.credentials)
        definition.RepositoryCredentials = ecs.RepositoryCredentials(CredentialsParameter=credentials)
    if command:
        definition.Command = [literal(word) for word in command]
    if own.user:
        definition.User = own.user
    return definition


def serving(definition: ecs.ContainerDefinition, own: Container) -> ecs.ContainerDefinition:
    """The container as the service runs it: with its port and its own health check."""
    definition.PortMappings = [ecs.PortMapping(ContainerPort=own.port, Protocol="tcp")]
    definition.HealthCheck = _health_check(own.check)
    return definition


def _secret(secret: SecretVariable, handles: Handles) -> ecs.Secret:
    made = handles.secrets.get(secret.generated)
    return ecs.Secret(Name=secret.variable, ValueFrom=made or value_from(secret))


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


def _linux_parameters(container: Container) -> ecs.LinuxParameters:
    """An init process reaps what the service leaves behind; on a read-only root, /tmp is memory (decision 0005)."""
    parameters = ecs.LinuxParameters(InitProcessEnabled=True)
    if container.tmp:
        options = ["nodev", "nosuid"]
        parameters.Tmpfs = [ecs.Tmpfs(ContainerPath="/tmp", Size=container.tmp, MountOptions=options)]  # noqa: S108
    return parameters
