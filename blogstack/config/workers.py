"""The key `workers`: what runs next to the service and gets no requests, such as the worker of a task queue."""

from typing import Annotated

from pydantic import Field

from blogstack.config.scaling import WorkerScaling
from blogstack.config.sidecars import ImageWithTag, SidecarHealth
from blogstack.config.task import TaskWithSidecars
from blogstack.config.types import Form
from blogstack.words import hyphenated

# The longest name of something that has an entry's name in it, with an application of 30 characters and an environment
# of 12: 64, which is the most that EventBridge Scheduler takes.
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
EntryName = Annotated[
    str,
    Form(
        "[a-z](?:-?[a-z0-9])*",
        "the name of a workload",
        "start with a lower-case letter, then use a-z, 0-9 and single hyphens, not at the end",
        20,
        fix=hyphenated,
    ),
]
MOST_ENTRIES = 20
"""The most workers, jobs or further services of one file: each is a stack."""


class Worker(TaskWithSidecars):
    """A process without requests; what it has in common with the service is merged over it."""

    image: ImageWithTag | None = Field(None, examples=["ghcr.io/team/mailer:1.4.2"])
    """Another image, with its tag or digest; null: the service's, in the version that is deployed."""
    health: SidecarHealth | None = Field(None, examples=[{"command": "celery -A shop inspect ping"}])
    """The container's health check, run inside the container; null: none."""
    singleton: bool = False
    """Whether there is one task and never two, also during a deployment, which stops the old one first."""
    scaling: WorkerScaling = Field(WorkerScaling.model_construct(), examples=[{"min": 1, "max": 5}])
    """How many tasks run, and what makes their number change."""
