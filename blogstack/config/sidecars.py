"""The key `service.sidecars`: containers next to the service's, in every task."""

from typing import Annotated, Literal

from pydantic import Field

from blogstack.config.image import HOST, REPOSITORY_NAME
from blogstack.config.types import Choices, Duration, Form, Items, Section, Text, Variable, Whole
from blogstack.config.types.check_command import CheckCommand
from blogstack.config.types.secrets import Secret
from blogstack.config.types.sizes import ContainerMemory
from blogstack.config.types.values import EnvironmentValue
from blogstack.facts.regions import partition

# ECS allows 10 containers per task definition, one of which is the service's:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
MAX_SIDECARS = 9

# ECS allows longer names and more characters; nobody wants to type them.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
SidecarName = Annotated[
    str,
    Form(
        "[a-z](?:-?[a-z0-9])*",
        "a sidecar's name",
        "start with a letter, then use a-z, 0-9 and single hyphens, not at the end",
        30,
    ),
]

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
DependsOn = dict[
    SidecarName,
    Annotated[
        Literal["START", "HEALTHY", "COMPLETE", "SUCCESS"],
        Choices(
            {
                "START": "it has started",
                "HEALTHY": "its health check has passed; it needs `health`",
                "COMPLETE": "it has exited; it must not be essential",
                "SUCCESS": "it has exited with status 0; it must not be essential",
            }
        ),
    ],
]
"""The sidecars that a container waits for, each with the state to reach."""

# An image ends in a tag or a digest and has at most 255 characters:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
_TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_DIGEST = "@sha256:[0-9a-f]{64}"
ImageWithTag = Annotated[
    str,
    Form(
        rf"(?:{HOST}/)?{REPOSITORY_NAME}(?:{_DIGEST}|:(?!latest$){_TAG})",
        "an image with a tag other than latest, or with a digest",
        "write it like public.ecr.aws/nginx/nginx:1.29.3 or ghcr.io/team/proxy@sha256:...",
        255,
    ),
]


def has_readonly_root(written: bool | None, region: str) -> bool:
    """Whether a container has a read-only root filesystem; `written`: what the file says, None for nothing.

    /tmp is then a tmpfs (docs/decisions/0005), which AWS has announced for its commercial regions only:
    https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances/
    """
    return partition(region) == "aws" if written is None else written


class SidecarHealth(Section):
    """A sidecar's check, run inside the sidecar.

    Limits: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    """

    command: CheckCommand = Field(examples=["wget -q -O /dev/null http://127.0.0.1:9901/ready"])
    """Command run in the container, status 0 is healthy: a string for its shell, or a list of words without a shell."""
    interval: Annotated[int, Duration(5, 300)] = 10
    """Time between two checks."""
    timeout: Annotated[int, Duration(2, 60)] = 3
    """Time after which a check has failed; it must be below the interval."""
    retries: Annotated[int, Whole(1, 10, "checks")] = 3
    """Failed checks in a row after which the container is unhealthy; if it is essential, the task is replaced."""
    start_period: Annotated[int, Duration(0, 300)] = 30
    """Time after the start in which failed checks do not count."""


class Sidecar(Section):
    """A container that runs next to the service's in every task; they reach each other at 127.0.0.1."""

    image: ImageWithTag = Field(examples=["public.ecr.aws/nginx/nginx:1.29.3"])
    """Image with its tag or digest; one in the registry of image.uri is pulled with image.credentials."""
    command: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["--config", "/etc/proxy.yaml"]])
    """Command to run instead of the image's, as a list of words."""
    port: Annotated[int, Whole(1, 65535)] | None = Field(None, examples=[9901])
    """Port that the sidecar listens on; no other container may have it; see also load_balancer.container."""
    environment: dict[Variable, EnvironmentValue] = Field({}, max_length=200, examples=[{"LOG_LEVEL": "info"}])
    """Environment variables, no secrets: values, in which `<environment>` becomes the environment's name, or
    {import: EXPORT}."""
    secrets: dict[Variable, Secret] = Field({}, max_length=100, examples=[{"API_KEY": {"secretsmanager": "vendor"}}])
    """Secret variables and their sources, as in service.secrets; containers share a generated secret by its name."""
    essential: bool = True
    """Whether the task stops and is replaced when the sidecar stops."""
    depends_on: DependsOn = Field({}, max_length=MAX_SIDECARS, examples=[{"config": "SUCCESS"}])
    """Sidecars that this one waits for, each with the state to reach: START, HEALTHY, COMPLETE or SUCCESS."""
    memory: ContainerMemory | None = Field(None, examples=[128])
    """Memory limit in MiB, or as in `1 GB`, of the task's memory; above it the sidecar is killed; null: no limit."""
    readonly_root: bool | None = Field(None, examples=[False])
    """Whether the root filesystem is read-only; /tmp stays writable; the default is true, but false in China, GovCloud
    and the European Sovereign Cloud."""
    health: SidecarHealth | None = None
    """The sidecar's health check, run inside the sidecar."""
