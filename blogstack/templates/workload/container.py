"""Containers and task definitions of a workload, of its sidecars and of its release step."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSHelperFn, Parameter, Ref, Sub, ecs

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint import names
from blogstack.blueprint.names import Export, Imported, Value
from blogstack.blueprint.registry import Image
from blogstack.blueprint.workload import Release, Workload
from blogstack.blueprint.workload.check import ContainerCheck
from blogstack.blueprint.workload.secrets import SecretVariable
from blogstack.blueprint.workload.sidecars import Sidecar
from blogstack.records import Record
from blogstack.templates.secrets import value_from
from blogstack.templates.stack import Stack, import_value, literal, make_tags, plain, to_template


class References(Record, kw_only=True):
    """What a task definition refers to: resources in its stack, or exports of the tasks stack.

    Attributes:
        secrets: ARNs of the generated secrets in the same stack, by logical ID.
    """

    log_group: AWSHelperFn
    execution_role: AWSHelperFn
    task_role: AWSHelperFn
    secrets: Mapping[str, AWSHelperFn]


def imported_references(workload: Workload) -> References:
    """The exports of the tasks stack for a task definition in another stack."""
    return References(
        log_group=import_value(workload.from_tasks(names.Output.LOG_GROUP_NAME)),
        execution_role=import_value(workload.from_tasks(names.Output.EXECUTION_ROLE_ARN)),
        task_role=import_value(workload.from_tasks(names.Output.TASK_ROLE_ARN)),
        secrets={},
    )


def add_image_tag(stack: Stack) -> None:
    """Add the parameter for the version to deploy."""
    stack.parameter(
        Parameter(
            names.Parameter.IMAGE_TAG,
            Type="String",
            Description="Tag of the image to deploy, such as the git SHA",
            # The tags that ECR allows, but not "latest", which does not identify a version:
            # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
            AllowedPattern=r"^(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
            ConstraintDescription="must be an image tag other than latest",
        )
    )


def service_task_definition(workload: Workload, references: References) -> ecs.TaskDefinition:
    """The task definition of a service or job: the container and its sidecars."""
    container = _container(workload, references, workload.container.command, _logs(references, workload.log_prefix))
    main = workload.container
    if main.port:
        container.PortMappings = [_port(main.port)]
    if main.check:
        container.HealthCheck = _health_check(main.check)
    if main.depends_on:
        container.DependsOn = _depends_on(main.depends_on)
    sidecars = [_sidecar(sidecar, main.stop_timeout, references) for sidecar in workload.sidecars]
    return _task_definition(ids.TASK_DEFINITION, workload.service_name, workload, references, [container, *sidecars])


def release_task_definition(workload: Workload, references: References, release: Release) -> ecs.TaskDefinition:
    """The task definition of the release step: the container with another command, alone and without requests."""
    container = _container(workload, references, release.command, _release_logs(references))
    family = f"{workload.service_name}-release"
    return _task_definition(release.task_definition, family, workload, references, [container])


def _task_definition(
    logical_id: str,
    family: str,
    workload: Workload,
    references: References,
    containers: list[ecs.ContainerDefinition],
) -> ecs.TaskDefinition:
    main = workload.container
    task = ecs.TaskDefinition(
        logical_id,
        Family=family,
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        # The size is literal, because cfn-lint does not check the values of parameters.
        Cpu=str(main.cpu),
        Memory=str(main.memory),
        RuntimePlatform=plain(OperatingSystemFamily="LINUX", CpuArchitecture=main.architecture),
        ExecutionRoleArn=references.execution_role,
        TaskRoleArn=references.task_role,
        ContainerDefinitions=containers,
        Tags=make_tags(workload.tags),
    )
    if main.ephemeral_storage:
        task.EphemeralStorage = ecs.EphemeralStorage(SizeInGiB=main.ephemeral_storage)
    return task


def _container(
    workload: Workload, references: References, command: tuple[str, ...] | None, logs: AWSHelperFn
) -> ecs.ContainerDefinition:
    """The workload's container with a command, or with the image's command; without ports and health check."""
    main = workload.container
    container = ecs.ContainerDefinition(
        Name=workload.container_name,
        Image=_image(workload.image),
        Essential=True,
        Environment=_environment(main.environment),
        StopTimeout=main.stop_timeout,
        ReadonlyRootFilesystem=bool(main.tmp),
        LinuxParameters=ecs.LinuxParameters(
            InitProcessEnabled=True
        ),  # it reaps the processes that the service leaves behind
        LogConfiguration=logs,
    )
    if main.tmp:
        container.LinuxParameters.Tmpfs = [_tmp(main.tmp)]
    if workload.secrets:
        container.Secrets = [_secret(secret, references) for secret in workload.secrets]
    if workload.image.credentials:
        container.RepositoryCredentials = _credentials(workload.image.credentials)
    if main.entrypoint:
        container.EntryPoint = [literal(word) for word in main.entrypoint]
    if command:
        container.Command = [literal(word) for word in command]
    if main.user:
        container.User = main.user
    return container


def _sidecar(sidecar: Sidecar, stop_timeout: int, references: References) -> ecs.ContainerDefinition:
    """A container next to the workload's; it has the same time to stop, and logs to the same group.

    Without an init process, because images with their own one must run it as process 1:
    https://github.com/just-containers/s6-overlay/issues/535
    """
    container = ecs.ContainerDefinition(
        Name=sidecar.name,
        Image=_image(sidecar.image),
        Essential=sidecar.essential,
        StopTimeout=stop_timeout,
        ReadonlyRootFilesystem=bool(sidecar.tmp),
        LogConfiguration=_logs(references, "sidecar"),
    )
    if sidecar.environment:
        container.Environment = _environment(sidecar.environment)
    if sidecar.tmp:
        container.LinuxParameters = ecs.LinuxParameters(Tmpfs=[_tmp(sidecar.tmp)])
    if sidecar.secrets:
        container.Secrets = [_secret(secret, references) for secret in sidecar.secrets]
    if sidecar.image.credentials:
        container.RepositoryCredentials = _credentials(sidecar.image.credentials)
    if sidecar.command:
        container.Command = [literal(word) for word in sidecar.command]
    if sidecar.port:
        container.PortMappings = [_port(sidecar.port)]
    if sidecar.memory:
        container.Memory = sidecar.memory
    if sidecar.check:
        container.HealthCheck = _health_check(sidecar.check)
    if sidecar.depends_on:
        container.DependsOn = _depends_on(sidecar.depends_on)
    return container


def _environment(variables: Mapping[str, Value | Export]) -> list[AWSHelperFn]:
    return [plain(Name=name, Value=to_template(value)) for name, value in variables.items()]


# The mode decides what the log driver does when CloudWatch is slower than the container. An account may change the
# default, so the template sets it:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
def _logs(references: References, prefix: str) -> AWSHelperFn:
    """The log of a container that must not wait for it: lines that do not fit into the buffer are lost.

    AWS lost nothing of 5 MB/s with 25 MB:
    https://aws.amazon.com/blogs/containers/preventing-log-loss-with-non-blocking-mode-in-the-awslogs-container-log-driver/
    """
    return _log_configuration(references, prefix, {"mode": "non-blocking", "max-buffer-size": "25m"})


def _release_logs(references: References) -> AWSHelperFn:
    """The log of the release step, which waits for it: the log is the only trace of a failed step."""
    return _log_configuration(references, "release", {"mode": "blocking"})


def _log_configuration(references: References, prefix: str, delivery: Mapping[str, str]) -> AWSHelperFn:
    options = {
        "awslogs-group": references.log_group,
        "awslogs-region": Ref("AWS::Region"),
        "awslogs-stream-prefix": prefix,
    }
    return plain(LogDriver="awslogs", Options={**options, **delivery})


def _port(port: int) -> AWSHelperFn:
    return plain(ContainerPort=port, Protocol="tcp")


def _credentials(secret: str) -> ecs.RepositoryCredentials:
    return ecs.RepositoryCredentials(CredentialsParameter=literal(secret))


def _depends_on(conditions: Mapping[str, str]) -> list[ecs.ContainerDependency]:
    return [ecs.ContainerDependency(ContainerName=name, Condition=reached) for name, reached in conditions.items()]


def _secret(secret: SecretVariable, references: References) -> AWSHelperFn:
    generated = references.secrets.get(secret.generated) if secret.generated else None
    return plain(Name=secret.variable, ValueFrom=generated or value_from(secret))


def _image(image: Image) -> str | Sub:
    if image.tagged:
        return str(image.uri)
    tag = f"${{{names.Parameter.IMAGE_TAG}}}"
    if isinstance(image.uri, Imported):
        return Sub(f"${{Repository}}:{tag}", Repository=import_value(image.uri))
    return Sub(f"{image.uri}:{tag}")


def _health_check(check: ContainerCheck) -> ecs.HealthCheck:
    return ecs.HealthCheck(
        Command=[literal(word) for word in check.command],
        Interval=check.interval,
        Timeout=check.timeout,
        Retries=check.unhealthy,
        StartPeriod=check.start,
    )


def _tmp(size: int) -> AWSHelperFn:
    """On a read-only root, /tmp is memory (docs/decisions/0005-tmp-in-memory.md); `size` in MiB."""
    return plain(ContainerPath="/tmp", Size=size, MountOptions=["nodev", "nosuid"])  # noqa: S108
