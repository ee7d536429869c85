"""Decisions about when a job runs, and for how long."""

from __future__ import annotations

from blogstack.config.jobs import Job
from blogstack.facts.schedules import as_schedule, shortest_interval
from blogstack.records import Record

_HOUR = 3600


class Schedule(Record, kw_only=True):
    """When a job runs; times in seconds.

    Attributes:
        cron: In AWS's format, as in `cron(0 3 * * ? *)`.
        timezone: IANA name.
        timeout: Time after which a run is stopped.
    """

    cron: str
    timezone: str
    timeout: int


def resolve_schedule(job: Job) -> Schedule | None:
    """When a job runs; None for one that is run by hand."""
    if job.cron is None:
        return None
    return Schedule(
        cron=as_schedule(job.cron),
        timezone=job.timezone or "Etc/UTC",
        timeout=job.timeout or min(_HOUR, shortest_interval(job.cron)),
    )
