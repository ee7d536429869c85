"""The key `service`: the container, its size, its environment and its health check."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blogstack.config.sidecars import MOST_SIDECARS, DependsOn, Sidecar, SidecarName
from blogstack.config.types import (
    AsWritten,
    Choices,
    Duration,
    Form,
    Items,
    Section,
    Text,
    UniqueItems,
    Variable,
    Whole,
)
from blogstack.config.types.secrets import Secret
from blogstack.config.types.sizes import Cpu, Memory
from blogstack.facts.frameworks import CHECK_IN_PYTHON, START_UP

UrlPath = Annotated[
    str,
    Form(
        r"/[A-Za-z0-9._~/%?=&+:@,-]*",
        "a path on the service",
        "start it with a slash; percent-encode what is not a letter, digit or one of ._~/%?=&+:@,-",
        1024,
    ),
]


_CHECK = CHECK_IN_PYTHON.format(port=8000, path="/health")


class Health(Section):
    """The container's health check, run inside the container.

    Limits: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    """

    path: UrlPath = "/health"
    """Path that answers 200 while the process is well; it is light and touches no database."""
    ready_path: UrlPath | None = "/ready"
    """Path that answers 200 when the database answers and 503 otherwise, requested after a deployment; null: none."""
    command: Text | None = Field(None, min_length=1, max_length=1024, examples=[_CHECK])
    """Shell command run in the container, 0 means healthy; the default requests `path` with curl."""
    interval: Annotated[int, Duration(5, 300)] = 10
    """Time between two checks."""
    timeout: Annotated[int, Duration(2, 60)] = 3
    """Time after which a check has failed; it is below the interval."""
    retries: Annotated[int, Whole(1, 10, "checks")] = 3
    """Failed checks in a row after which the task is replaced."""
    start_period: Annotated[int, Duration(0, 300)] | None = Field(None, examples=["90s"])
    """Time to start in which failed checks do not count; the default goes by framework: django 60s, others 30s."""


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


class Service(Section):
    """The container that runs and how it runs."""

    framework: Annotated[
        Literal["fastapi", "django", "other"],
        Choices(
            {name: f"start_period {s.start_period}s, grace_period {s.grace_period}s" for name, s in START_UP.items()}
        ),
    ] = "other"
    """Web framework; it sets only how long a start may take."""
    cpu: Cpu = 512
    """CPU of one task in CPU units, 1024 to a vCPU, or as in `0.5 vCPU`."""
    memory: Memory = 1024
    """Memory of one task in MiB, or as in `1 GB`; Fargate has certain sizes for each cpu."""
    ephemeral_storage: Annotated[int, Whole(20, 200, "GiB")] = 20
    """Scratch disk of one task in GiB."""
    port: Annotated[int, Whole(1, 65535)] = 8000
    """Port that the container listens on; it is also given to it as the variable PORT."""
    command: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["gunicorn", "blog.wsgi"]])
    """Words of the command to run instead of the image's."""
    release: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["python", "-m", "app.migrate"]])
    """Words of a command that runs once in the new image before each deployment of the service; null: none."""
    environment: dict[Variable, AsWritten] = Field({}, max_length=200, examples=[{"LOG_LEVEL": "info"}])
    """Environment variables, passed on exactly as written; secrets do not belong here."""
    secrets: dict[Variable, Secret] = Field(
        {},
        max_length=100,
        examples=[{"JWT_SECRET": "generate", "STRIPE_KEY": {"secretsmanager": "stripe", "key": "secret_key"}}],
    )
    """Secret variables and their sources: generate, {secretsmanager: NAME_OR_ARN, key: JSON_KEY} or {ssm: NAME}."""
    sidecars: dict[SidecarName, Sidecar] = Field(
        {}, max_length=MOST_SIDECARS, examples=[{"proxy": {"image": "public.ecr.aws/nginx/nginx:1.29.3", "port": 9901}}]
    )
    """Containers that run next to this one in every task, by name; the release step runs without them."""
    depends_on: DependsOn = Field({}, max_length=MOST_SIDECARS, examples=[{"proxy": "HEALTHY"}])
    """Sidecars that have to be there before the service starts: START, HEALTHY, COMPLETE or SUCCESS."""
    permissions: Items[Statement] = Field((), max_length=20)
    """What the service may do in AWS: statements for the task role."""
    readonly_root: bool = True
    """Whether the root filesystem is read-only; /tmp stays writable."""
    user: (
        Annotated[str, Form(r"[0-9]{1,10}(?::[0-9]{1,10})?", "a uid or uid:gid", "write numbers, as in 1000:1000")]
        | None
    ) = Field(None, examples=["1000:1000"])
    """uid or uid:gid that the process runs as; null keeps the image's."""
    exec: bool = False
    """Whether `aws ecs execute-command` may open a shell in running tasks."""
    stop_timeout: Annotated[int, Duration(2, 120)] = 30
    """Time between SIGTERM and SIGKILL when a task stops."""
    health: Health = Health.model_construct()
    """The container's health check, run inside the container."""
