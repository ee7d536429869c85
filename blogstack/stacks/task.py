"""The task definition: the container, its size, its environment, its own health check."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, ImportValue, Ref, Sub, ecs

from blogstack.blueprint.naming import Imported
from blogstack.blueprint.registry import Image
from blogstack.blueprint.service import Check, Container, Service
from blogstack.stacks import names
from blogstack.stacks.stack import Stack, literal, tagged

IMAGE_TAG = "ImageTag"


def add_task_definition(
    stack: Stack, service: Service, log_group: AWSObject, execution_role: AWSObject, task_role: AWSObject
) -> AWSObject:
    """The task definition; its size is literal, because cfn-lint does not look through parameters."""
    container = service.container
    task = ecs.TaskDefinition(
        names.TASK_DEFINITION,
        Family=service.name,
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        Cpu=str(container.cpu),
        Memory=str(container.memory),
        RuntimePlatform=ecs.RuntimePlatform(OperatingSystemFamily="LINUX", CpuArchitecture=container.architecture),
        ExecutionRoleArn=GetAtt(execution_role, "Arn"),
        TaskRoleArn=GetAtt(task_role, "Arn"),
        ContainerDefinitions=[_container(service, log_group)],
        Tags=tagged(service.tags),
    )
    if container.ephemeral_storage:
        task.EphemeralStorage = ecs.EphemeralStorage(SizeInGiB=container.ephemeral_storage)
    return stack.add(task, "service")


def _container(service: Service, log_group: AWSObject) -> ecs.ContainerDefinition:
    container = service.container
    definition = ecs.ContainerDefinition(
        Name=service.name,
        Image=_image(service.image),
        Essential=True,
        PortMappings=[ecs.PortMapping(ContainerPort=container.port, Protocol="tcp")],
        Environment=[ecs.Environment(Name=name, Value=literal(v)) for name, v in container.environment.items()],
        HealthCheck=_health_check(container.check),
        StopTimeout=container.stop_timeout,
        ReadonlyRootFilesystem=bool(container.tmp),
        LinuxParameters=_linux_parameters(container),
        LogConfiguration=ecs.LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": Ref(log_group),
                "awslogs-region": Ref("AWS::Region"),
                "awslogs-stream-prefix": "task",
            },
        ),
    )
    if service.image.credentials:
        credentials = literal(service.image.credentials)
        definition.RepositoryCredentials = ecs.RepositoryCredentials(CredentialsParameter=credentials)
    if container.command:
        definition.Command = [literal(word) for word in container.command]
    if container.user:
        definition.User = container.user
    return definition


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
