"""The alarms of a workload, and the charts that show them.

Metrics: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html
"""

from __future__ import annotations

import math

from blogstack.blueprint.monitoring.charts import Alarm, Chart, Metric, Subject
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.records import replace

_MINUTE, _FIVE_MINUTES = 60, 300
# No alarm on a rate of fewer failed requests than this in five minutes, nor on a percentile of fewer requests.
_FEWEST_FAILED, _FEWEST_REQUESTS = 10, 100
_FAILED_PERCENT = 5
_SLOW_SECONDS = 3
_MEMORY_PERCENT = 90
# The CPU that a workload without a target is expected to hold.
_CPU_TARGET = 60
# A quarter of an hour: scaling has had its time.
_LASTING = 3
# Fargate places a task and pulls its image in a minute or two; once more if that fails.
_START_MINUTES = 5

# Of the load balancer: it counts all requests, however many target groups there are. Where it has several services,
# those of a service are those of its target groups.
_REQUESTS = Metric("requests", "requests", Subject.BALANCER, "RequestCount", "Sum", _FIVE_MINUTES)
_FAILED_BY_BALANCER = Metric("refusals", "5xx", Subject.BALANCER, "HTTPCode_ELB_5XX_Count", "Sum", _FIVE_MINUTES)
_CPU = Metric("cpu", "CPU, average", Subject.SERVICE, "CPUUtilization", "Average", _FIVE_MINUTES)
_MEMORY = Metric("memory", "memory, fullest task", Subject.SERVICE, "MemoryUtilization", "Maximum", _FIVE_MINUTES)


def workload_charts(workload: EcsService) -> tuple[tuple[Chart, ...], ...]:
    """The rows of a workload's dashboard: is it healthy (where requests reach it), is it busy."""
    fewest = workload.capacity.fewest
    if workload.exposure is not None:
        return (_health(workload, workload.exposure), _load(workload))
    # A schedule that turns it off is no failure.
    health = ((Chart(title="Running tasks", alarms=(_running_tasks(workload, fewest),)),),) if fewest else ()
    return (*health, _load(workload))


def _health(workload: EcsService, exposure: Exposure) -> tuple[Chart, ...]:
    fewest = workload.capacity.fewest
    # A schedule that turns the service off is no failure.
    fewer = (_fewer_tasks(workload, exposure, fewest),) if fewest else ()
    return (
        Chart(title="Failed requests, percent", alarms=_failed_requests(workload, exposure)),
        Chart(title="Tasks behind the load balancer", alarms=(*fewer, _unhealthy_tasks(workload, exposure))),
        Chart(
            title="Response time, seconds",
            alarms=(_latency(workload, exposure),),
            metrics=_response_times(workload, exposure, "p50", "median"),
        ),
    )


def _failed_requests(workload: EcsService, exposure: Exposure) -> tuple[Alarm, ...]:
    """On responses of the tasks, and on those of the load balancer, which RequestCount lacks when there is no task.

    The load balancer does not say for which service its own responses were: the main service watches them for all.
    """
    share = f"{_FAILED_PERCENT} percent or more, and {_FEWEST_FAILED} at least, of the requests of five minutes"
    logs = f"the log group {workload.log_group}, and what was deployed last"
    metrics, expression = _rate_of_tasks(workload, exposure)
    of_tasks = Alarm(
        id="target-5xx",
        label="5xx of the tasks",
        description=f"{share} were answered with 5xx by the tasks. Look first at {logs}.",
        metrics=metrics,
        threshold=_FAILED_PERCENT,
        expression=expression,
        rolls_back=True,
    )
    of_balancer = Alarm(
        id="load-balancer-5xx",
        label="5xx of the load balancer",
        description=f"{share} were answered with 5xx by the load balancer, which got no answer from a task: 502 a "
        f"broken connection, 503 no task, 504 no answer in time. Look first at the target group's healthy tasks, "
        f"then at {logs}.",
        metrics=(_FAILED_BY_BALANCER, _REQUESTS),
        threshold=_FAILED_PERCENT,
        expression=f"IF(refusals >= {_FEWEST_FAILED}, 100 * refusals / (requests + refusals), 0)",
        rolls_back=True,
    )
    return (of_tasks, of_balancer) if exposure.is_main else (of_tasks,)


def _subjects(workload: EcsService, exposure: Exposure) -> tuple[Subject, ...]:
    """Where the requests of a workload are counted: its target groups, or the load balancer where that is the same."""
    if workload.deployment.shift is not None:
        return (Subject.TARGETS, Subject.ALTERNATE)
    return (Subject.BALANCER if exposure.is_only else Subject.TARGETS,)


def _rate_of_tasks(workload: EcsService, exposure: Exposure) -> tuple[tuple[Metric, ...], str]:
    """The metrics of the tasks' failed requests, and their rate in percent.

    With two target groups, it is the larger of their rates, so that a new version is judged by its own requests,
    however small its share.
    """
    subjects = _subjects(workload, exposure)
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

    There a missing value counts as 0 (a group without failed requests has none); the page does not say so of
    comparisons, and advises against MAX in alarms:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    return f"({first} + {second} + ABS({first} - {second})) / 2"


def _rate(errors: str, requests: str) -> str:
    return f"IF({errors} >= {_FEWEST_FAILED}, 100 * {errors} / {requests}, 0)"


def _count_targets(
    workload: EcsService, id: str, label: str, name: str, statistic: str
) -> tuple[tuple[Metric, ...], str | None]:
    """The metrics of a number of targets, and the expression that joins them.

    With two target groups, it is their sum; one of the two may be empty. In arithmetic a missing value counts as 0; SUM
    is not available to alarms:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    first = Metric(id, label, Subject.TARGETS, name, statistic)
    if workload.deployment.shift is None:
        return (first,), None
    second = Metric(f"{id}2", f"{label}, second group", Subject.ALTERNATE, name, statistic)
    return (first, second), f"{first.id} + {second.id}"


def _replacement_minutes(exposure: Exposure) -> int:
    """Minutes in which a task is replaced: Fargate starts another, which starts up and passes its checks."""
    healthy = exposure.check.start + exposure.check.interval * exposure.healthy_threshold
    return _START_MINUTES + math.ceil(healthy / _MINUTE)


def _least_tasks(workload: EcsService, fewest: int) -> int:
    """What a deployment leaves of the fewest tasks, or each one would fire the alarm.

    DeploymentConfiguration rounds the minimum up.
    """
    return max(1, math.ceil(fewest * workload.deployment.minimum_healthy_percent / 100))


def _fewer_tasks(workload: EcsService, exposure: Exposure, fewest: int) -> Alarm:
    """Counted by the load balancer: ECS counts running tasks with Container Insights only, healthy or not."""
    least = _least_tasks(workload, fewest)
    minutes, name = _replacement_minutes(exposure), workload.service_name
    metrics, expression = _count_targets(workload, "healthy", "healthy", "HealthyHostCount", "Minimum")
    return Alarm(
        id="fewer-tasks",
        label="healthy tasks",
        description=f"Healthy tasks: fewer than {least} for {minutes} minutes. Look first at the service's events, "
        f"which say why tasks stop: aws ecs describe-services --cluster {workload.cluster} --services {name}",
        metrics=metrics,
        threshold=least,
        expression=expression,
        below=True,
        lasting=minutes,
        among=minutes,
        # Never a healthy task, or no load balancer to count: this alarm is for that.
        missing="breaching",
    )


def _running_tasks(workload: EcsService, fewest: int) -> Alarm:
    """Each running task reports its CPU once a minute, so that the number of reports is that of the tasks.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html, the count of running
    tasks.
    """
    least = _least_tasks(workload, fewest)
    check = workload.container.check
    minutes = _START_MINUTES + (math.ceil(check.start / _MINUTE) if check else 0)
    return Alarm(
        id="running-tasks",
        label="running tasks",
        description=f"Running tasks: fewer than {least} for {minutes} minutes. Look first at the service's events, "
        f"which say why tasks stop: aws ecs describe-services --cluster {workload.cluster} --services "
        f"{workload.service_name}",
        metrics=(Metric("running", "running tasks", Subject.SERVICE, "CPUUtilization", "SampleCount"),),
        threshold=least,
        below=True,
        lasting=minutes,
        among=minutes,
        # No task, no report.
        missing="breaching",
    )


def _unhealthy_tasks(workload: EcsService, exposure: Exposure) -> Alarm:
    minutes = _replacement_minutes(exposure)
    metrics, expression = _count_targets(workload, "unhealthy", "unhealthy", "UnHealthyHostCount", "Maximum")
    return Alarm(
        id="unhealthy-tasks",
        label="unhealthy tasks",
        description=f"In {minutes} of {2 * minutes} minutes a task failed the load balancer's check: tasks are "
        f"replaced and fail again. Look first at the log group {workload.log_group}.",
        metrics=metrics,
        threshold=1,
        expression=expression,
        lasting=minutes,
        among=2 * minutes,
    )


def _latency(workload: EcsService, exposure: Exposure) -> Alarm:
    """Over all requests of the load balancer; where it has several services, over those of the slower target group."""
    slowest = _response_times(workload, exposure, "p99", "slowest hundredth")
    metrics: tuple[Metric, ...]
    if len(slowest) == 1:
        metrics = (*slowest, replace(_REQUESTS, subject=slowest[0].subject))
        expression = f"IF(requests >= {_FEWEST_REQUESTS}, p99, 0)"
    else:
        counts = [
            replace(_REQUESTS, id=f"count{number}", label=f"requests, group {number}", subject=metric.subject)
            for number, metric in enumerate(slowest, 1)
        ]
        metrics = (*slowest, *counts)
        first, second = (
            f"IF(count{number} >= {_FEWEST_REQUESTS}, p99{letter}, 0)" for number, letter in ((1, "a"), (2, "b"))
        )
        expression = _larger(first, second)
    return Alarm(
        id="latency",
        label="slowest hundredth",
        description=f"For a quarter of an hour, one request in a hundred took {_SLOW_SECONDS} seconds or longer. Look "
        f"first at what else the dashboard shows at its limit, then at the log group {workload.log_group}.",
        metrics=metrics,
        threshold=_SLOW_SECONDS,
        expression=expression,
        lasting=_LASTING,
        among=_LASTING,
    )


def _response_times(workload: EcsService, exposure: Exposure, percentile: str, label: str) -> tuple[Metric, ...]:
    """A percentile of the response time: one metric, or one for each target group."""
    subjects = (Subject.BALANCER,) if exposure.is_only else _subjects(workload, exposure)
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


def _load(workload: EcsService) -> tuple[Chart, ...]:
    rows = []
    if workload.exposure is not None:
        subjects = (Subject.BALANCER,) if workload.exposure.is_only else _subjects(workload, workload.exposure)
        metrics = [replace(_REQUESTS, period=_MINUTE, subject=subject) for subject in subjects]
        if len(metrics) > 1:
            metrics = [
                replace(metric, id=f"requests{number}", label=f"requests, group {number}")
                for number, metric in enumerate(metrics, 1)
            ]
        rows.append(Chart(title="Requests in a minute", metrics=tuple(metrics)))
    return (
        *rows,
        Chart(title="CPU of the tasks, percent", alarms=(_cpu(workload),)),
        Chart(title="Memory of the fullest task, percent", alarms=(_memory(workload),)),
    )


def _cpu(workload: EcsService) -> Alarm:
    target = _targets(workload).get("cpu")
    # Halfway between the target of scaling and 100 percent.
    busy = ((target or _CPU_TARGET) + 100) // 2
    look = (
        "whether scaling.max is reached, and at the requests" if target else "the requests: no scaling follows the CPU"
    )
    return Alarm(
        id="cpu",
        label="CPU",
        description=f"For a quarter of an hour, the tasks used {busy} percent of their CPU or more. Look first at "
        f"{look}.",
        metrics=(_CPU,),
        threshold=busy,
        lasting=_LASTING,
        among=_LASTING,
    )


def _memory(workload: EcsService) -> Alarm:
    # Here too halfway between the target of scaling, if there is one, and 100 percent.
    full = max(_MEMORY_PERCENT, (_targets(workload).get("memory", 0) + 100) // 2)
    return Alarm(
        id="memory",
        label="memory",
        description=f"For a quarter of an hour, a task used {full} percent of its memory or more; at 100 it is killed. "
        "Look first at whether it grows with every request or with every deployment.",
        metrics=(_MEMORY,),
        threshold=full,
        lasting=_LASTING,
        among=_LASTING,
    )


def _targets(workload: EcsService) -> dict[str, int]:
    """What scaling holds, by measure."""
    scaling = workload.capacity.scaling
    return {policy.measure: policy.target for policy in scaling.policies} if scaling else {}
