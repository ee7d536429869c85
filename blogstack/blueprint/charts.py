"""What a dashboard is made of: metrics, alarms on them, and the charts that show both."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Of(Enum):
    """What a metric is about."""

    BALANCER = "the load balancer"
    TARGETS = "its target group"
    ALTERNATE = "its second target group"
    SERVICE = "the ECS service"
    DATABASE = "the database"


class Metric(NamedTuple):
    """A metric, as an alarm reads it and the dashboard draws it.

    Attributes:
        id: Its name in an expression, and its own on a chart.
        period: Seconds.
    """

    id: str
    label: str
    of: Of
    name: str
    statistic: str
    period: int = 60


class Alarm(NamedTuple):
    """A row of the table.

    Attributes:
        id: What the row is called, in the templates and in docs/alarms.md.
        metrics: What is read; one, unless an expression joins several.
        expression: Metric math over them; "" for the one metric as it is.
        threshold: From which on it is an alarm, or, if `below`, below which.
        lasting: How many of the last `among` periods.
        missing: What a period without data counts as, in CloudWatch's word.
        rolls_back: Whether it tells of a bad deployment, and is never caused by a good one.
    """

    id: str
    label: str
    description: str
    metrics: tuple[Metric, ...]
    threshold: int
    expression: str = ""
    below: bool = False
    lasting: int = 1
    among: int = 1
    missing: str = "notBreaching"
    rolls_back: bool = False


class Chart(NamedTuple):
    """A chart of the dashboard: alarms, each with its threshold, and metrics that help to read them."""

    title: str
    alarms: tuple[Alarm, ...] = ()
    beside: tuple[Metric, ...] = ()
