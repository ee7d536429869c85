"""The alarms of a workload, and the charts that show them.

Metrics: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html
"""

from __future__ import annotations

import math

from blogstack.blueprint.monitoring.charts import Alarm, Chart, Metric, Subject
from blogstack.blueprint.monitoring.requests import failed_requests, latency, requests_chart, response_times
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure

_MINUTE, _FIVE_MINUTES = 60, 300
_MEMORY_PERCENT = 90
# The CPU percentage that is expected of a workload without a target.
_CPU_TARGET = 60
# A quarter of an hour, in which scaling has time to react.
_LASTING = 3
# Fargate places a task and pulls its image in a minute or two; once more if that fails.
_START_MINUTES = 5

_CPU = Metric("cpu", "CPU, average", Subject.SERVICE, "CPUUtilization", "Average", _FIVE_MINUTES)
_MEMORY = Metric("memory", "memory, fullest task", Subject.SERVICE, "MemoryUtilization", "Maximum", _FIVE_MINUTES)


def workload_charts(workload: EcsService) -> tuple[tuple[Chart, ...], ...]:
    """The rows of a workload's dashboard: its health, if requests reach it, and its load."""
    min_tasks = workload.capacity.min_tasks
    if workload.exposure is not None:
        return (_health(workload, workload.exposure), _load(workload))
    # A schedule that turns it off is not a failure.
    health = ((Chart(title="Running tasks", alarms=(_running_tasks(workload, min_tasks),)),),) if min_tasks else ()
    return (*health, _load(workload))


def _health(workload: EcsService, exposure: Exposure) -> tuple[Chart, ...]:
    min_tasks = workload.capacity.min_tasks
    # A schedule that turns the service off is not a failure.
    fewer = (_fewer_tasks(workload, exposure, min_tasks),) if min_tasks else ()
    return (
        Chart(title="Failed requests, percent", alarms=failed_requests(workload, exposure)),
        Chart(title="Tasks behind the load balancer", alarms=(*fewer, _unhealthy_tasks(workload, exposure))),
        Chart(
            title="Response time, seconds",
            alarms=(latency(workload),),
            metrics=response_times(workload, "p50", "median"),
        ),
    )


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
    """Minutes that the replacement of a task takes: Fargate starts another one, which passes its checks."""
    healthy = exposure.check.start + exposure.check.interval * exposure.healthy_threshold
    return _START_MINUTES + math.ceil(healthy / _MINUTE)


def _min_healthy_tasks(workload: EcsService, min_tasks: int) -> int:
    """The number of tasks that a deployment always leaves running: above it, each deployment would fire the alarm.

    DeploymentConfiguration rounds it up.
    """
    return max(1, math.ceil(min_tasks * workload.deployment.minimum_healthy_percent / 100))


def _fewer_tasks(workload: EcsService, exposure: Exposure, min_tasks: int) -> Alarm:
    """Counted by the load balancer: ECS counts running tasks with Container Insights only, healthy or not."""
    minimum = _min_healthy_tasks(workload, min_tasks)
    minutes, name = _replacement_minutes(exposure), workload.service_name
    metrics, expression = _count_targets(workload, "healthy", "healthy", "HealthyHostCount", "Minimum")
    return Alarm(
        id="fewer-tasks",
        label="healthy tasks",
        description=f"Fewer than {minimum} healthy tasks for {minutes} minutes. Look first at the service's events, "
        f"which say why tasks stop: aws ecs describe-services --cluster {workload.cluster} --services {name}",
        metrics=metrics,
        threshold=minimum,
        expression=expression,
        below=True,
        lasting=minutes,
        among=minutes,
        # No data means that there never was a healthy task, or no load balancer: the alarm has to fire.
        missing="breaching",
    )


def _running_tasks(workload: EcsService, min_tasks: int) -> Alarm:
    """Each running task reports its CPU once a minute, so the number of reports is the number of tasks.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html, the count of running
    tasks.
    """
    minimum = _min_healthy_tasks(workload, min_tasks)
    check = workload.container.check
    minutes = _START_MINUTES + (math.ceil(check.start / _MINUTE) if check else 0)
    return Alarm(
        id="running-tasks",
        label="running tasks",
        description=f"Fewer than {minimum} running tasks for {minutes} minutes. Look first at the service's events, "
        f"which say why tasks stop: aws ecs describe-services --cluster {workload.cluster} --services "
        f"{workload.service_name}",
        metrics=(Metric("running", "running tasks", Subject.SERVICE, "CPUUtilization", "SampleCount"),),
        threshold=minimum,
        below=True,
        lasting=minutes,
        among=minutes,
        # Without a task there is no report.
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


def _load(workload: EcsService) -> tuple[Chart, ...]:
    return (
        *((requests_chart(workload),) if workload.exposure else ()),
        Chart(title="CPU of the tasks, percent", alarms=(_cpu(workload),)),
        Chart(title="Memory of the fullest task, percent", alarms=(_memory(workload),)),
    )


def _cpu(workload: EcsService) -> Alarm:
    target = _targets(workload).get("cpu")
    # Halfway between the target of scaling and 100 percent.
    busy = ((target or _CPU_TARGET) + 100) // 2
    look = (
        "whether scaling.max is reached, and at the requests"
        if target
        else "the requests: scaling does not follow the CPU"
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
    # Again halfway between the target of scaling, if there is one, and 100 percent.
    full = max(_MEMORY_PERCENT, (_targets(workload).get("memory", 0) + 100) // 2)
    return Alarm(
        id="memory",
        label="memory",
        description=f"For a quarter of an hour, a task used {full} percent of its memory or more; at 100 it is killed. "
        "Look first at whether the memory grows with every request or with every deployment.",
        metrics=(_MEMORY,),
        threshold=full,
        lasting=_LASTING,
        among=_LASTING,
    )


def _targets(workload: EcsService) -> dict[str, int]:
    """What scaling holds, by measure."""
    scaling = workload.capacity.scaling
    return {policy.measure: policy.target for policy in scaling.policies} if scaling else {}
