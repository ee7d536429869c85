"""The key `service`: the container, its size, its environment and its health check."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import Requires
from blogstack.config.route import Route
from blogstack.config.task import TaskWithSidecars
from blogstack.config.types import Choices, Duration, Form, Items, Section, Text, Whole
from blogstack.config.types.check_command import CheckCommand
from blogstack.facts.frameworks import START_UP

UrlPath = Annotated[
    str,
    Form(
        r"/[A-Za-z0-9._~/%?=&+:@,-]*",
        "a path on the service",
        "start it with a slash; percent-encode what is not a letter, digit or one of ._~/%?=&+:@,-",
        1024,
    ),
]

_OF_COMMAND = Requires(
    "command", words="command", help="add command, or remove this key: without a command no check runs in the container"
)


class Health(Section):
    """The health checks of a task: the load balancer requests a path, and a command may run in the container too.

    Limits: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    """

    path: UrlPath = "/health"
    """Path that the load balancer requests: it answers 200 as long as the process works, without the database."""
    ready_path: UrlPath | None = Field(None, examples=["/ready"])
    """Path that answers 200 when the database answers and 503 otherwise, requested after a deployment; null: none."""
    command: CheckCommand | None = Field(None, examples=[["/app", "healthcheck"]])
    """Command run in the container, status 0 is healthy: a string for its shell, or a list of words; null: none."""
    interval: Annotated[Annotated[int, Duration(5, 300)], _OF_COMMAND] = 10
    """Time between two runs of the command."""
    timeout: Annotated[Annotated[int, Duration(2, 60)], _OF_COMMAND] = 3
    """Time after which a run has failed; it must be below the interval."""
    retries: Annotated[Annotated[int, Whole(1, 10, "checks")], _OF_COMMAND] = 3
    """Failed runs in a row after which the task is replaced."""
    start_period: Annotated[Annotated[int, Duration(0, 300)] | None, _OF_COMMAND] = Field(None, examples=["90s"])
    """Time after the start in which failed runs do not count; the default: django 60s, others 30s."""

    _exclusions = model_validator(mode="after")(check_exclusions)


class WebTask(TaskWithSidecars):
    """A container that answers requests."""

    framework: Annotated[
        Literal["fastapi", "django", "other"],
        Choices(
            {name: f"start_period {s.start_period}s, grace_period {s.grace_period}s" for name, s in START_UP.items()}
        ),
    ] = "other"
    """Web framework; it only sets the defaults of the health checks' grace_period and start_period."""
    port: Annotated[int, Whole(1, 65535)] = 8000
    """Port that the container listens on; the container gets it as the variable PORT."""
    health: Health = Health.model_construct()
    """The health checks of a task: the load balancer requests a path, and a command may run in the container too."""


class Service(WebTask):
    """The container that runs and how it runs."""

    release: Items[Text] | None = Field(None, min_length=1, max_length=100, examples=[["python", "-m", "app.migrate"]])
    """Command, as a list of words, that runs once in the new image before each deployment; null: none."""

    route: Route | None = Field(None, examples=[{"path": "/reports/*"}])
    """Which requests it gets from the load balancer of the application in `uses`; only with `uses`."""

    @property
    def image(self) -> None:
        """None: the service's image is that of the key `image`."""
