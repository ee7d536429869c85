"""The key `jobs`: what runs to its end, by a schedule or by hand."""

from typing import Annotated

from pydantic import Field, model_validator

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import Requires
from blogstack.config.sidecars import ImageWithTag, Sidecar
from blogstack.config.task import Task
from blogstack.config.types import Duration
from blogstack.config.types.schedules import CronExpression, TimeZoneName

_DAY = 24 * 3600
_SCHEDULED = Requires("cron", words="cron", help="add cron, or remove it: what is run by hand has none")


class Job(Task):
    """A task that runs to its end; what it has in common with the service is merged over it."""

    image: ImageWithTag | None = Field(None, examples=["ghcr.io/team/reports:1.4.2"])
    """Another image, with its tag or digest; null: the service's, in the version that is deployed."""
    cron: CronExpression | None = Field(None, examples=["0 3 * * ? *"])
    """When it runs, in AWS's cron: minutes, hours, day of month, month, day of week, year; null: by hand."""
    timezone: Annotated[TimeZoneName | None, _SCHEDULED] = Field(None, examples=["Asia/Seoul"])
    """Time zone of `cron`, by its IANA name; null: UTC."""
    timeout: Annotated[Annotated[int, Duration(60, _DAY)] | None, _SCHEDULED] = Field(None, examples=["30m"])
    """Time after which a run is stopped and has failed; null: an hour, or until the next run if that is sooner."""

    # ECS ends a sidecar with the job, and a sidecar that is ended so has no exit status 0, as if the job had failed.
    @property
    def sidecars(self) -> dict[str, Sidecar]:
        """None: a job runs alone."""
        return {}

    @property
    def depends_on(self) -> dict[str, str]:
        """None: a job runs alone."""
        return {}

    @property
    def exec(self) -> bool:
        """Whether ECS Exec may open a shell in it."""
        return False

    @property
    def health(self) -> None:
        """None: it ends by itself."""

    _exclusions = model_validator(mode="after")(check_exclusions)
