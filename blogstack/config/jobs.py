"""The key `jobs`: what runs to completion, on a schedule or by hand."""

from typing import Annotated

from pydantic import Field, model_validator

from blogstack.config.fields import check_exclusions
from blogstack.config.marks import Requires
from blogstack.config.sidecars import ImageWithTag, Sidecar
from blogstack.config.task import Task
from blogstack.config.types import Duration
from blogstack.config.types.schedules import CronExpression, TimeZoneName

_DAY = 24 * 3600
_SCHEDULED = Requires(
    "cron", words="cron", help="add cron, or remove this key: a job without a schedule does not use it"
)


class Job(Task):
    """A task that runs to completion; the keys that it has in common with the service are merged over it."""

    image: ImageWithTag | None = Field(None, examples=["ghcr.io/team/reports:1.4.2"])
    """Another image, with its tag or digest; null: the service's, in the version that is deployed."""
    cron: CronExpression | None = Field(None, examples=["0 3 * * ? *"])
    """When it runs, in AWS's cron format: minutes, hours, day of month, month, day of week, year; null: by hand."""
    timezone: Annotated[TimeZoneName | None, _SCHEDULED] = Field(None, examples=["Asia/Seoul"])
    """IANA time zone of `cron`; null: UTC."""
    timeout: Annotated[Annotated[int, Duration(60, _DAY)] | None, _SCHEDULED] = Field(None, examples=["30m"])
    """Time after which a run is stopped and has failed; null: an hour, or the time until the next run if shorter."""

    # ECS stops a sidecar when the job ends, and its exit status is then not 0, as if the job had failed.
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
