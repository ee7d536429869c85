"""The key `workers`: processes that run next to the service and get no requests, such as a task queue's worker."""

from typing import Annotated

from pydantic import Field

from blogstack.config.scaling import WorkerScaling
from blogstack.config.sidecars import ImageWithTag, SidecarHealth
from blogstack.config.task import TaskWithSidecars
from blogstack.config.types import Form
from blogstack.words import hyphenated

# The longest name that contains an entry's name has 64 characters, with an application's name of 30 and an
# environment's of 12; EventBridge Scheduler allows no more.
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
MAX_ENTRIES = 20
"""Maximum number of workers, jobs or further services in a file: each is a stack."""


class Worker(TaskWithSidecars):
    """A process without requests; the keys that it has in common with the service are merged over it."""

    image: ImageWithTag | None = Field(None, examples=["ghcr.io/team/mailer:1.4.2"])
    """Another image, with its tag or digest; null: the service's, in the version that is deployed."""
    health: SidecarHealth | None = Field(None, examples=[{"command": "celery -A shop inspect ping"}])
    """The container's health check, run inside the container; null: none."""
    singleton: bool = False
    """Whether there is never more than one task: a deployment stops the old one before it starts the new one."""
    scaling: WorkerScaling = Field(WorkerScaling.model_construct(), examples=[{"min": 1, "max": 5}])
    """How many tasks run, and what changes their number."""
