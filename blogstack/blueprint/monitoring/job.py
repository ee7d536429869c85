"""The alarm of a job.

Metrics: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from blogstack.blueprint.monitoring.charts import Alarm, Metric, Subject
from blogstack.blueprint.monitoring.topic import Topic
from blogstack.blueprint.workload import Job
from blogstack.records import Record

_FIVE_MINUTES = 300
_FAILED = Metric("failed", "failed", Subject.STATE_MACHINE, "ExecutionsFailed", "Sum", _FIVE_MINUTES)
_TIMED_OUT = Metric("timed_out", "timed out", Subject.STATE_MACHINE, "ExecutionsTimedOut", "Sum", _FIVE_MINUTES)


class JobMonitoring(Record):
    """The alarm of a job, and the name of the topic that it is sent to."""

    alarm: Alarm
    topic: str


def resolve_job_monitoring(job: Job, topic: Topic | None) -> JobMonitoring | None:
    """The alarm of a job; None without a topic, and for a job that is run by hand."""
    if topic is None or job.schedule is None:
        return None
    alarm = Alarm(
        id="job-failed",
        label="failed runs",
        description=f"A run of {job.name} failed or took more than {job.schedule.timeout // 60} minutes. Look first at "
        f"its log: aws logs tail {job.log_group} --log-stream-name-prefix {job.log_prefix} --since 1h",
        metrics=(_FAILED, _TIMED_OUT),
        # In arithmetic a missing value counts as 0:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
        expression=f"{_FAILED.id} + {_TIMED_OUT.id}",
        threshold=1,
    )
    return JobMonitoring(alarm, topic.name)
