"""What a dashboard is made of: metrics, alarms on them, and the charts that show both."""

from __future__ import annotations

from enum import Enum

from blogstack.records import Record


class Subject(Enum):
    """What a metric is about."""

    BALANCER = "the load balancer"
    TARGETS = "the target group"
    ALTERNATE = "the second target group"
    SERVICE = "the ECS service"
    DATABASE = "the database"
    CACHE = "the first node of the cache"
    REPLICA = "the second node of the cache"
    QUEUE = "a queue"
    DEAD_LETTERS = "a dead-letter queue"
    STATE_MACHINE = "the state machine of a job"


class Metric(Record):
    """A metric, as an alarm reads it and the dashboard draws it.

    Attributes:
        id: Its name in an expression and on a chart.
        subject: What it is about.
        name: CloudWatch's name.
        period: Seconds.
    """

    id: str
    label: str
    subject: Subject
    name: str
    statistic: str
    period: int = 60


class Alarm(Record, kw_only=True):
    """An alarm.

    Attributes:
        id: Its name in blogstack, as in docs/alarms.md.
        metrics: The metrics that it reads; one, unless an expression combines several.
        expression: Metric math over them; None for the one metric as it is.
        threshold: The alarm fires from this value on or, if `below`, below it.
        lasting: Number of periods, of the last `among`, that must be over the threshold.
        missing: What a period without data counts as, in CloudWatch's words.
        rolls_back: Whether it shows a bad deployment, and is never caused by a good one.
    """

    id: str
    label: str
    description: str
    metrics: tuple[Metric, ...]
    threshold: int
    expression: str | None = None
    below: bool = False
    lasting: int = 1
    among: int = 1
    missing: str = "notBreaching"
    rolls_back: bool = False


class Chart(Record, kw_only=True):
    """A chart of the dashboard: alarms, each with its threshold, and metrics that help to read them."""

    title: str
    alarms: tuple[Alarm, ...] = ()
    metrics: tuple[Metric, ...] = ()
