"""The alarms and charts of a workload's requests: failed ones, slow ones, and their number.

Metrics: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from blogstack.blueprint.monitoring.charts import Alarm, Chart, Metric, Subject
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.records import replace

_MINUTE, _FIVE_MINUTES = 60, 300
# No alarm on a rate of fewer failed requests than this in five minutes, nor on a percentile of fewer requests.
_MIN_FAILED, _MIN_REQUESTS = 10, 100
_FAILED_PERCENT = 5
_SLOW_SECONDS = 3
# A quarter of an hour, in which scaling has time to react.
_LASTING = 3

_REQUESTS = Metric("requests", "requests", Subject.TARGETS, "RequestCount", "Sum", _FIVE_MINUTES)
# A second ID, because a chart shows them next to each other.
_ALL_REQUESTS = replace(_REQUESTS, id="total", label="all requests", subject=Subject.BALANCER)
_FAILED_BY_BALANCER = Metric("refusals", "5xx", Subject.BALANCER, "HTTPCode_ELB_5XX_Count", "Sum", _FIVE_MINUTES)


def failed_requests(workload: EcsService, exposure: Exposure) -> tuple[Alarm, ...]:
    """The alarms on responses of the tasks, and on those of the load balancer, which RequestCount may not include.

    The metric of the load balancer's own responses does not name a service: the main service's alarm covers all.
    """
    share = f"{_FAILED_PERCENT} percent or more of the requests in five minutes, and at least {_MIN_FAILED}"
    logs = f"the log group {workload.log_group}, and the last deployment"
    metrics, expression = _rate_of_tasks(workload)
    of_tasks = Alarm(
        id="target-5xx",
        label="5xx of the tasks",
        description=f"The tasks answered {share}, with 5xx. Look first at {logs}.",
        metrics=metrics,
        threshold=_FAILED_PERCENT,
        expression=expression,
        rolls_back=True,
    )
    of_balancer = Alarm(
        id="load-balancer-5xx",
        label="5xx of the load balancer",
        description=f"The load balancer itself answered {share}, with 5xx, because no task answered: 502 is a broken "
        f"connection, 503 no task, 504 no answer in time. Look first at the target group's healthy tasks, "
        f"then at {logs}.",
        metrics=(_FAILED_BY_BALANCER, _ALL_REQUESTS),
        threshold=_FAILED_PERCENT,
        expression=f"IF(refusals >= {_MIN_FAILED}, 100 * refusals / (total + refusals), 0)",
        rolls_back=True,
    )
    return (of_tasks, of_balancer) if exposure.is_main else (of_tasks,)


def _subjects(workload: EcsService) -> tuple[Subject, ...]:
    """Where the requests of a workload are counted: in its target groups.

    Not at the load balancer, even with a single service: its sums include the applications that use it
    (docs/decisions/0066-several-files-one-platform.md).
    """
    return (Subject.TARGETS,) if workload.deployment.shift is None else (Subject.TARGETS, Subject.ALTERNATE)


def _rate_of_tasks(workload: EcsService) -> tuple[tuple[Metric, ...], str]:
    """The metrics of the tasks' failed requests, and their rate in percent.

    With two target groups, it is the larger of their rates, so that a new version is judged by its own requests,
    however small its share.
    """
    subjects = _subjects(workload)
    if len(subjects) == 1:
        errors = Metric("errors", "5xx", subjects[0], "HTTPCode_Target_5XX_Count", "Sum", _FIVE_MINUTES)
        return (errors, replace(_REQUESTS, subject=subjects[0])), _rate("errors", "requests")
    metrics = []
    for number, subject in enumerate(subjects, 1):
        for id, label, name in (
            ("errors", "5xx", "HTTPCode_Target_5XX_Count"),
            ("requests", "requests", "RequestCount"),
        ):
            metrics.append(Metric(f"{id}{number}", f"{label}, group {number}", subject, name, "Sum", _FIVE_MINUTES))
    return tuple(metrics), _larger(_rate("errors1", "requests1"), _rate("errors2", "requests2"))


def _larger(first: str, second: str) -> str:
    """The larger of two expressions, in arithmetic.

    In arithmetic a missing value counts as 0 (a group without failed requests has none); the documentation does not say
    that of comparisons, and advises against MAX in alarms:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    return f"({first} + {second} + ABS({first} - {second})) / 2"


def _rate(errors: str, requests: str) -> str:
    return f"IF({errors} >= {_MIN_FAILED}, 100 * {errors} / {requests}, 0)"


def latency(workload: EcsService) -> Alarm:
    """The alarm on the response time: of the target group or, with two of them, of the slower one."""
    slowest = response_times(workload, "p99", "slowest percent")
    metrics: tuple[Metric, ...]
    if len(slowest) == 1:
        metrics = (*slowest, replace(_REQUESTS, subject=slowest[0].subject))
        expression = f"IF(requests >= {_MIN_REQUESTS}, p99, 0)"
    else:
        counts = [
            replace(_REQUESTS, id=f"count{number}", label=f"requests, group {number}", subject=metric.subject)
            for number, metric in enumerate(slowest, 1)
        ]
        metrics = (*slowest, *counts)
        first, second = (
            f"IF(count{number} >= {_MIN_REQUESTS}, p99{letter}, 0)" for number, letter in ((1, "a"), (2, "b"))
        )
        expression = _larger(first, second)
    return Alarm(
        id="latency",
        label="slowest percent",
        description=f"For a quarter of an hour, one request in a hundred took {_SLOW_SECONDS} seconds or longer. Look "
        f"first at the dashboard for anything else at its limit, then at the log group {workload.log_group}.",
        metrics=metrics,
        threshold=_SLOW_SECONDS,
        expression=expression,
        lasting=_LASTING,
        among=_LASTING,
    )


def response_times(workload: EcsService, percentile: str, label: str) -> tuple[Metric, ...]:
    """A percentile of the response time: one metric, or one for each target group."""
    subjects = _subjects(workload)
    if len(subjects) == 1:
        return (Metric(percentile, label, subjects[0], "TargetResponseTime", percentile, _FIVE_MINUTES),)
    return tuple(
        Metric(
            f"{percentile}{letter}",
            f"{label}, group {number}",
            subject,
            "TargetResponseTime",
            percentile,
            _FIVE_MINUTES,
        )
        for number, letter, subject in zip((1, 2), "ab", subjects, strict=True)
    )


def requests_chart(workload: EcsService) -> Chart:
    """The requests of a workload per minute; with two target groups those of each."""
    subjects = _subjects(workload)
    metrics = [replace(_REQUESTS, period=_MINUTE, subject=subject) for subject in subjects]
    if len(metrics) > 1:
        metrics = [
            replace(metric, id=f"requests{number}", label=f"requests, group {number}")
            for number, metric in enumerate(metrics, 1)
        ]
    return Chart(title="Requests per minute", metrics=tuple(metrics))
