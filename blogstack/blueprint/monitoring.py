"""Decisions about what is watched: one table, of which each row is an alarm and a line on the dashboard.

docs/alarms.md has the reason for every number. Metrics: Elastic Load Balancing user guide, "CloudWatch metrics for
your Application Load Balancer"; Amazon ECS developer guide, "Amazon ECS CloudWatch metrics"; Amazon RDS user guide,
"Amazon CloudWatch metrics for Amazon RDS".
"""

from __future__ import annotations

from typing import NamedTuple

from blogstack.blueprint.charts import Alarm, Chart, Metric, Of
from blogstack.blueprint.database import Database
from blogstack.blueprint.service import Service
from blogstack.config import Config
from blogstack.facts.regions import partition

_MINUTE, _FIVE_MINUTES = 60, 300
# A rate below this many failed requests in five minutes is no alarm, nor a percentile of fewer requests than this.
_FEWEST_FAILED, _FEWEST_REQUESTS = 10, 100
_FAILED_PERCENT = 5
_SLOW_SECONDS = 3
_MEMORY_PERCENT = 90
_DATABASE_CPU_PERCENT = 90
# The CPU that a service without a target of its own is expected to hold.
_CPU_TARGET = 60
# A quarter of an hour: scaling has had its time.
_LASTING = 3
# Fargate places a task and pulls its image in a minute or two; once more if that fails.
_START_MINUTES = 5


class Monitoring(NamedTuple):
    """Alarms, whom they tell, and the dashboard.

    Attributes:
        rows: Of the dashboard: is it healthy, is it busy, what does the database do.
        rollback: Whether a deployment is rolled back on some of the alarms.
        tells_service: Whether the service says so, or that it is not.
        database: Identifier of the database; "" without one.
        kms_key: Of the topic; "" for one that the stack makes.
    """

    title: str
    email: str
    rows: tuple[tuple[Chart, ...], ...]
    rollback: bool
    tells_service: bool
    database: str
    kms_key: str
    tags: dict[str, str]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Every row of the table, in the order of the dashboard."""
        return tuple(alarm for row in self.rows for chart in row for alarm in chart.alarms)


def resolve_monitoring(config: Config, service: Service, database: Database | None) -> Monitoring | None:
    """What is watched; None without the key."""
    if config.alarms is None:
        return None
    rollback = config.deployment.rollback_on_alarms
    # ECS goes on with what it was told until it is told otherwise (aws/copilot-cli, pull request 4565); in China and in
    # GovCloud it has refused even that there are no alarms (aws/aws-cdk, issue 26574; aws/copilot-cli, issue 4778).
    commercial = partition(config.region) == "aws"
    rows = (_health(service, config.scaling.least), _load(service), *((_database(database),) if database else ()))
    return Monitoring(
        title=service.tasks.name,
        email=config.alarms.email,
        rows=rows,
        rollback=rollback,
        tells_service=rollback or commercial,
        # The instance is called like its stack (docs/decisions/0022-database-name.md).
        database=database.stack if database else "",
        kms_key=config.kms_key or "",
        tags=dict(service.tags),
    )


# On the load balancer, not the target group: it sends requests to nobody else, however many target groups it has.
_REQUESTS = Metric("requests", "requests", Of.BALANCER, "RequestCount", "Sum", _FIVE_MINUTES)


def _health(service: Service, fewest: int) -> tuple[Chart, ...]:
    """Is it healthy?"""
    # A schedule that turns the service off is no failure.
    fewer = (_fewer_tasks(service, fewest),) if fewest else ()
    return (
        Chart("Failed requests, percent", _failed_requests(service)),
        Chart("Tasks behind the load balancer", (*fewer, _unhealthy_tasks(service))),
        Chart(
            "Response time, seconds",
            (_latency(service),),
            (Metric("p50", "median", Of.BALANCER, "TargetResponseTime", "p50", _FIVE_MINUTES),),
        ),
    )


def _failed_requests(service: Service) -> tuple[Alarm, Alarm]:
    """The answers of the tasks and those of the load balancer, which RequestCount lacks when it found no task."""
    by_tasks = Metric("errors", "5xx", Of.BALANCER, "HTTPCode_Target_5XX_Count", "Sum", _FIVE_MINUTES)
    by_balancer = by_tasks._replace(id="refusals", name="HTTPCode_ELB_5XX_Count")
    share = f"{_FAILED_PERCENT} percent or more, and {_FEWEST_FAILED} at least, of the requests of five minutes"
    logs = f"the log group {service.tasks.log_group}, and what was deployed last"
    return (
        Alarm(
            "target-5xx",
            "5xx of the tasks",
            f"{share} were answered with 5xx by the tasks. Look first at {logs}.",
            (by_tasks, _REQUESTS),
            _FAILED_PERCENT,
            f"IF(errors >= {_FEWEST_FAILED}, 100 * errors / requests, 0)",
            rolls_back=True,
        ),
        Alarm(
            "load-balancer-5xx",
            "5xx of the load balancer",
            f"{share} were answered with 5xx by the load balancer, which got no answer from a task: 502 a broken "
            f"connection, 503 no task, 504 no answer in time. Look first at the target group's healthy tasks, then at "
            f"{logs}.",
            (by_balancer, _REQUESTS),
            _FAILED_PERCENT,
            f"IF(refusals >= {_FEWEST_FAILED}, 100 * refusals / (requests + refusals), 0)",
            rolls_back=True,
        ),
    )


def _of_targets(service: Service, id: str, label: str, name: str, statistic: str) -> tuple[tuple[Metric, ...], str]:
    """A number of targets, and the expression of it: with two target groups, of which one may be empty, their sum.

    In arithmetic what is missing counts as 0; SUM is not for alarms (CloudWatch user guide, "Using metric math").
    """
    first = Metric(id, label, Of.TARGETS, name, statistic)
    if service.shift is None:
        return (first,), ""
    second = Metric(f"{id}2", f"{label}, second group", Of.ALTERNATE, name, statistic)
    return (first, second), f"{first.id} + {second.id}"


def _settled(service: Service) -> int:
    """Minutes in which a task is replaced: Fargate starts another, which starts up and passes its checks."""
    balancer = service.balancer
    healthy = balancer.check.start + balancer.check.interval * balancer.healthy_threshold
    return _START_MINUTES - -healthy // _MINUTE


def _fewer_tasks(service: Service, fewest: int) -> Alarm:
    """Counted by the load balancer: ECS counts running tasks with Container Insights only, healthy or not."""
    # What a deployment may leave, or each one would be an alarm (DeploymentConfiguration rounds the minimum up).
    least = max(1, -(-fewest * service.minimum_healthy_percent // 100))
    minutes = _settled(service)
    name = service.tasks.name
    metrics, expression = _of_targets(service, "healthy", "healthy", "HealthyHostCount", "Minimum")
    return Alarm(
        "fewer-tasks",
        "healthy tasks",
        f"Healthy tasks: fewer than {least} for {minutes} minutes. Look first at the service's events, which say "
        f"why tasks stop: aws ecs describe-services --cluster {name} --services {name}",
        metrics,
        least,
        expression,
        below=True,
        lasting=minutes,
        among=minutes,
        # No healthy task ever, or no load balancer that could count: that is what this alarm is for.
        missing="breaching",
    )


def _unhealthy_tasks(service: Service) -> Alarm:
    minutes = _settled(service)
    metrics, expression = _of_targets(service, "unhealthy", "unhealthy", "UnHealthyHostCount", "Maximum")
    return Alarm(
        "unhealthy-tasks",
        "unhealthy tasks",
        f"In {minutes} of {2 * minutes} minutes a task failed the load balancer's check: tasks are replaced and fail "
        f"again. Look first at the log group {service.tasks.log_group}.",
        metrics,
        1,
        expression,
        lasting=minutes,
        among=2 * minutes,
    )


def _latency(service: Service) -> Alarm:
    slowest = Metric("p99", "slowest hundredth", Of.BALANCER, "TargetResponseTime", "p99", _FIVE_MINUTES)
    return Alarm(
        "latency",
        "slowest hundredth",
        f"For a quarter of an hour, one request in a hundred took {_SLOW_SECONDS} seconds or longer. Look first at "
        f"what else the dashboard shows at its limit, then at the log group {service.tasks.log_group}.",
        (slowest, _REQUESTS),
        _SLOW_SECONDS,
        f"IF(requests >= {_FEWEST_REQUESTS}, p99, 0)",
        lasting=_LASTING,
        among=_LASTING,
    )


def _load(service: Service) -> tuple[Chart, ...]:
    """Is it busy?"""
    cpu = Metric("cpu", "CPU, average", Of.SERVICE, "CPUUtilization", "Average", _FIVE_MINUTES)
    memory = Metric("memory", "memory, fullest task", Of.SERVICE, "MemoryUtilization", "Maximum", _FIVE_MINUTES)
    held = {policy.measure: policy.target for policy in service.scaling.policies} if service.scaling else {}
    target = held.get("cpu")
    # Halfway from what scaling holds to all of it.
    busy = ((target or _CPU_TARGET) + 100) // 2
    full = max(_MEMORY_PERCENT, (held.get("memory", 0) + 100) // 2)
    look = (
        "whether scaling.max is reached, and at the requests" if target else "the requests: no scaling follows the CPU"
    )
    lasting = "For a quarter of an hour"
    return (
        Chart("Requests in a minute", beside=(_REQUESTS._replace(period=_MINUTE),)),
        Chart(
            "CPU of the tasks, percent",
            (
                Alarm(
                    "cpu",
                    "CPU",
                    f"{lasting}, the tasks used {busy} percent of their CPU or more. Look first at {look}.",
                    (cpu,),
                    busy,
                    lasting=_LASTING,
                    among=_LASTING,
                ),
            ),
        ),
        Chart(
            "Memory of the fullest task, percent",
            (
                Alarm(
                    "memory",
                    "memory",
                    f"{lasting}, a task used {full} percent of its memory or more; at 100 it is killed. "
                    "Look first at whether it grows with every request or with every deployment.",
                    (memory,),
                    full,
                    lasting=_LASTING,
                    among=_LASTING,
                ),
            ),
        ),
    )


def _database(database: Database) -> tuple[Chart, ...]:
    """What does the database do?"""
    cpu = Metric("database_cpu", "CPU", Of.DATABASE, "CPUUtilization", "Average", _FIVE_MINUTES)
    free = Metric("free", "free storage", Of.DATABASE, "FreeStorageSpace", "Minimum", _FIVE_MINUTES)
    # RDS adds storage when a tenth is left: half of that means that it did not, or that max_storage is near.
    percent = 5 if database.max_storage else 10
    return (
        Chart(
            "CPU of the database, percent",
            (
                Alarm(
                    "database-cpu",
                    "CPU",
                    f"For a quarter of an hour, the database used {_DATABASE_CPU_PERCENT} percent of its CPU or more. "
                    "Look first at its longest queries, in Performance Insights or pg_stat_activity.",
                    (cpu,),
                    _DATABASE_CPU_PERCENT,
                    lasting=_LASTING,
                    among=_LASTING,
                ),
            ),
        ),
        Chart(
            "Free storage of the database, bytes",
            (
                Alarm(
                    "database-storage",
                    "free storage",
                    f"Less than {percent} percent of {database.storage} GiB is free; a full database stops. Look first "
                    "at what grows: tables, or the write-ahead log that a replication slot holds. Then raise "
                    "database.storage or max_storage.",
                    (free,),
                    database.storage * 2**30 * percent // 100,
                    below=True,
                    lasting=_LASTING,
                    among=_LASTING,
                    # An instance that is full may stop reporting: the alarm stays.
                    missing="ignore",
                ),
            ),
        ),
        Chart(
            "Connections to the database",
            beside=(
                Metric("connections", "connections", Of.DATABASE, "DatabaseConnections", "Maximum", _FIVE_MINUTES),
            ),
        ),
    )
