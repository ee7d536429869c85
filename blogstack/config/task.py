"""What the keys `service`, `services`, `workers` and `jobs` share: a container of a task, and what it needs."""

from typing import Annotated

from pydantic import Field

from blogstack.config.marks import Inherited
from blogstack.config.sidecars import MAX_SIDECARS, DependsOn, Sidecar, SidecarName
from blogstack.config.types import BuiltWhenUsed, Duration, Form, Items, Section, Text, UniqueItems, Variable, Whole
from blogstack.config.types.secrets import Secret
from blogstack.config.types.sizes import Cpu, Memory
from blogstack.config.types.values import EnvironmentValue


class Statement(Section):
    """An IAM statement that allows something."""

    actions: UniqueItems[
        Annotated[str, Form(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+", "an IAM action", "write one like s3:GetObject")]
    ] = Field(min_length=1, max_length=50, examples=[["s3:GetObject"]])
    """IAM actions, such as s3:GetObject."""
    resources: UniqueItems[
        Annotated[
            str,
            Form(r"\*|arn:[A-Za-z0-9_.:/*?+=,@~-]+", "an ARN", 'write one like arn:aws:s3:::bucket/*, or "*"', 2048),
        ]
    ] = Field(min_length=1, max_length=50, examples=[["arn:aws:s3:::blog-images/*"]])
    """ARNs of the resources; wildcards are allowed."""


class Task(Section):
    """A container that runs as a task of ECS."""

    cpu: Cpu = 512
    """CPU of one task in CPU units (1024 are one vCPU), or as in `0.5 vCPU`."""
    memory: Memory = 1024
    """Memory of one task in MiB, or as in `1 GB`; Fargate offers certain sizes for each cpu."""
    ephemeral_storage: Annotated[int, Whole(20, 200, "GiB")] = 20
    """Scratch disk of one task in GiB."""
    command: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["gunicorn", "blog.wsgi"]])
    """Command to run instead of the image's, as a list of words."""
    entrypoint: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["launcher"]])
    """Words before the command, in place of the image's ENTRYPOINT; the image's CMD is dropped; null: the image's."""
    environment: Annotated[dict[Variable, EnvironmentValue], Inherited()] = Field(
        {}, max_length=200, examples=[{"LOG_LEVEL": "info"}]
    )
    """Environment variables, no secrets: values, in which `<environment>` becomes the environment's name, or
    {import: EXPORT}."""
    secrets: Annotated[dict[Variable, Secret], Inherited()] = Field(
        {},
        max_length=100,
        examples=[{"JWT_SECRET": "generate", "STRIPE_KEY": {"secretsmanager": "stripe", "key": "secret_key"}}],
    )
    """Secret variables and their sources: generate, {secretsmanager: NAME_OR_ARN, key: JSON_KEY} or {ssm: NAME}."""
    permissions: Annotated[Items[Statement], Inherited()] = Field((), max_length=20)
    """What the tasks may do in AWS: statements for the task role."""
    readonly_root: Annotated[bool | None, Inherited()] = Field(None, examples=[False])
    """Whether the root filesystem is read-only; /tmp stays writable; the default is true, but false in China, GovCloud
    and the European Sovereign Cloud."""
    user: Annotated[
        Annotated[str, Form(r"[0-9]{1,10}(?::[0-9]{1,10})?", "a uid or uid:gid", "write numbers, as in 1000:1000")]
        | None,
        Inherited(),
    ] = Field(None, examples=["1000:1000"])
    """uid or uid:gid that the process runs as; null keeps the image's."""
    stop_timeout: Annotated[int, Duration(2, 120), Inherited()] = 30
    """Time between SIGTERM and SIGKILL when a task stops."""


class TaskWithSidecars(Task):
    """A task that runs all the time."""

    sidecars: dict[SidecarName, Annotated[Sidecar, BuiltWhenUsed()]] = Field(
        {}, max_length=MAX_SIDECARS, examples=[{"proxy": {"image": "public.ecr.aws/nginx/nginx:1.29.3", "port": 9901}}]
    )
    """Containers that run next to this one in every task, by name; the release step runs without them."""
    depends_on: DependsOn = Field({}, max_length=MAX_SIDECARS, examples=[{"proxy": "HEALTHY"}])
    """Sidecars that this container waits for, each with the state to reach: START, HEALTHY, COMPLETE or SUCCESS."""
    exec: Annotated[bool, Inherited()] = False
    """Whether `aws ecs execute-command` may open a shell in running tasks."""
