"""The key `service`: the container, its size, its environment and its health check."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from blogstack.config.task import TaskWithSidecars
from blogstack.config.types import Choices, Duration, Form, Items, Section, Text, Whole
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


class WebTask(TaskWithSidecars):
    """A container that answers requests."""

    framework: Annotated[
        Literal["fastapi", "django", "other"],
        Choices(
            {name: f"start_period {s.start_period}s, grace_period {s.grace_period}s" for name, s in START_UP.items()}
        ),
    ] = "other"
    """Web framework; it sets only how long a start may take."""
    port: Annotated[int, Whole(1, 65535)] = 8000
    """Port that the container listens on; it is also given to it as the variable PORT."""
    health: Health = Health.model_construct()
    """The container's health check, run inside the container."""


class Service(WebTask):
    """The container that runs and how it runs."""

    release: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["python", "-m", "app.migrate"]])
    """Words of a command that runs once in the new image before each deployment of the service; null: none."""

    @property
    def image(self) -> None:
        """None: its image is the application's, of the key `image`."""
