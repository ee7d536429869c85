"""An alarm of the blueprint as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import AWSHelperFn, cloudwatch

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.monitoring.charts import Alarm, Metric, Subject
from blogstack.templates.stack import make_tags

NAMESPACES = {
    Subject.BALANCER: "AWS/ApplicationELB",
    Subject.TARGETS: "AWS/ApplicationELB",
    Subject.ALTERNATE: "AWS/ApplicationELB",
    Subject.SERVICE: "AWS/ECS",
    Subject.DATABASE: "AWS/RDS",
    Subject.CACHE: "AWS/ElastiCache",
    Subject.REPLICA: "AWS/ElastiCache",
    Subject.QUEUE: "AWS/SQS",
    Subject.DEAD_LETTERS: "AWS/SQS",
    Subject.STATE_MACHINE: "AWS/States",
}
"""The CloudWatch namespace of each subject's metrics."""

Dimensions = Mapping[Subject, Mapping[str, str | AWSHelperFn]]
"""Name and value of the dimensions of each subject's metrics."""


def make_alarm(
    alarm: Alarm,
    dimensions: Dimensions,
    topic: AWSHelperFn,
    tags: Mapping[str, str],
    *,
    logical_id: str | None = None,
    name: str | None = None,
    after: str | None = None,
) -> cloudwatch.Alarm:
    """The resource of an alarm that is sent to a topic.

    Args:
        alarm: The decisions.
        dimensions: Of its metrics.
        topic: The topic's ARN.
        tags: Of the resource.
        logical_id: Of the resource; None for that of the alarm's ID.
        name: Of the alarm; None for one that CloudFormation chooses.
        after: Logical ID of the resource that must exist before it; None for none.
    """
    return cloudwatch.Alarm(
        logical_id or ids.ALARMS[alarm.id],
        AlarmDescription=alarm.description,
        **_metrics(alarm, dimensions),
        ComparisonOperator="LessThanThreshold" if alarm.below else "GreaterThanOrEqualToThreshold",
        Threshold=alarm.threshold,
        DatapointsToAlarm=alarm.lasting,
        EvaluationPeriods=alarm.among,
        TreatMissingData=alarm.missing,
        AlarmActions=[topic],
        OKActions=[topic],
        Tags=make_tags(tags),
        **({"AlarmName": name} if name else {}),
        **({"DependsOn": after} if after else {}),
    )


def result_id(alarm: Alarm) -> str:
    """The ID of an expression's result: CloudWatch allows letters, digits and underscores."""
    return alarm.id.replace("-", "_")


def _metrics(alarm: Alarm, dimensions: Dimensions) -> dict[str, Any]:
    """What an alarm reads: one metric in the short form, or metrics and the expression that combines them."""
    if alarm.expression:
        result = cloudwatch.MetricDataQuery(
            Id=result_id(alarm), Expression=alarm.expression, Label=alarm.label, ReturnData=True
        )
        return {"Metrics": [*(_query(metric, dimensions) for metric in alarm.metrics), result]}
    (metric,) = alarm.metrics
    return {
        "Namespace": NAMESPACES[metric.subject],
        "MetricName": metric.name,
        "Dimensions": _dimensions(metric, dimensions),
        "Statistic": metric.statistic,
        "Period": metric.period,
    }


def _query(metric: Metric, dimensions: Dimensions) -> cloudwatch.MetricDataQuery:
    read = cloudwatch.Metric(
        Namespace=NAMESPACES[metric.subject], MetricName=metric.name, Dimensions=_dimensions(metric, dimensions)
    )
    stat = cloudwatch.MetricStat(Metric=read, Period=metric.period, Stat=metric.statistic)
    return cloudwatch.MetricDataQuery(Id=metric.id, MetricStat=stat, ReturnData=False)


def _dimensions(metric: Metric, dimensions: Dimensions) -> list[cloudwatch.MetricDimension]:
    return [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in dimensions[metric.subject].items()]
