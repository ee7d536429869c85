"""Alarms, the topic that they tell, and the dashboard: the table of the blueprint, twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from troposphere import AWSHelperFn, AWSObject, GetAtt, Ref, Sub, cloudwatch, ecs

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.charts import Alarm, Chart, Metric, Of
from blogstack.blueprint.monitoring import Monitoring
from blogstack.templates.stack import Stack, tagged
from blogstack.templates.topic import add_topic

_ORIGIN = "alarms"
_HEIGHT, _COLUMNS = 6, 24
_NAMESPACES = {
    Of.BALANCER: "AWS/ApplicationELB",
    Of.TARGETS: "AWS/ApplicationELB",
    Of.ALTERNATE: "AWS/ApplicationELB",
    Of.SERVICE: "AWS/ECS",
    Of.DATABASE: "AWS/RDS",
}

Dimensions = dict[Of, dict[str, str | AWSHelperFn]]


def add_monitoring(
    stack: Stack,
    watched: Monitoring,
    load_balancer: AWSObject,
    target_groups: Sequence[AWSObject],
    service: AWSObject,
) -> None:
    """Watch the load balancer, its target groups, the service and the database."""
    balancer = {"LoadBalancer": GetAtt(load_balancer, "LoadBalancerFullName")}
    dimensions: Dimensions = {
        Of.BALANCER: balancer,
        # Not from the service itself, which waits for some of the alarms.
        Of.SERVICE: {"ClusterName": watched.title, "ServiceName": watched.title},
    }
    for of, group in zip((Of.TARGETS, Of.ALTERNATE), target_groups, strict=False):
        dimensions[of] = {"TargetGroup": GetAtt(group, "TargetGroupFullName"), **balancer}
    if watched.database:
        dimensions[Of.DATABASE] = {"DBInstanceIdentifier": watched.database}
    topic = add_topic(stack, watched)
    for alarm in watched.alarms:
        added = stack.add(_alarm(alarm, dimensions, topic, watched.tags), _ORIGIN)
        if not alarm.rolls_back:
            # One that counts tasks would begin with an alarm.
            added.DependsOn = service.title
    if watched.tells_service:
        service.DeploymentConfiguration.Alarms = ecs.DeploymentAlarms(
            AlarmNames=[Ref(names.ALARMS[alarm.id]) for alarm in watched.alarms if alarm.rolls_back],
            Enable=watched.rollback,
            Rollback=watched.rollback,
        )
    stack.add(
        cloudwatch.Dashboard(
            names.DASHBOARD,
            # An account has one list of dashboards for all its regions (CloudWatch API reference, PutDashboard).
            DashboardName=Sub(f"{watched.title}-${{AWS::Region}}"),
            DashboardBody=_body(watched, dimensions),
            Tags=tagged(watched.tags),
        ),
        _ORIGIN,
    )


def _alarm(alarm: Alarm, dimensions: Dimensions, topic: AWSObject, tags: dict[str, str]) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        names.ALARMS[alarm.id],
        AlarmDescription=alarm.description,
        **_read(alarm, dimensions),
        ComparisonOperator="LessThanThreshold" if alarm.below else "GreaterThanOrEqualToThreshold",
        Threshold=alarm.threshold,
        DatapointsToAlarm=alarm.lasting,
        EvaluationPeriods=alarm.among,
        TreatMissingData=alarm.missing,
        AlarmActions=[Ref(topic)],
        OKActions=[Ref(topic)],
        Tags=tagged(tags),
    )


def _read(alarm: Alarm, dimensions: Dimensions) -> dict[str, Any]:
    """What an alarm reads: the short form of one metric, or metrics and the expression that joins them."""
    if alarm.expression:
        result = cloudwatch.MetricDataQuery(
            Id=_result(alarm), Expression=alarm.expression, Label=alarm.label, ReturnData=True
        )
        return {"Metrics": [*(_query(metric, dimensions) for metric in alarm.metrics), result]}
    (metric,) = alarm.metrics
    return {
        "Namespace": _NAMESPACES[metric.of],
        "MetricName": metric.name,
        "Dimensions": _dimensions(metric, dimensions),
        "Statistic": metric.statistic,
        "Period": metric.period,
    }


def _result(alarm: Alarm) -> str:
    """The name of an expression's result: CloudWatch takes letters, digits and underscores."""
    return alarm.id.replace("-", "_")


def _query(metric: Metric, dimensions: Dimensions) -> cloudwatch.MetricDataQuery:
    read = cloudwatch.Metric(
        Namespace=_NAMESPACES[metric.of], MetricName=metric.name, Dimensions=_dimensions(metric, dimensions)
    )
    stat = cloudwatch.MetricStat(Metric=read, Period=metric.period, Stat=metric.statistic)
    return cloudwatch.MetricDataQuery(Id=metric.id, MetricStat=stat, ReturnData=False)


def _dimensions(metric: Metric, dimensions: Dimensions) -> list[cloudwatch.MetricDimension]:
    return [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in dimensions[metric.of].items()]


def _body(watched: Monitoring, dimensions: Dimensions) -> Sub:
    """The dashboard as JSON, a widget a line: CloudWatch user guide, "Dashboard body structure and syntax"."""
    arns = [f"${{{names.ALARMS[alarm.id]}.Arn}}" for alarm in watched.alarms]
    widgets = [_widget("alarm", 0, 0, _COLUMNS, 3, {"title": f"{watched.title}: alarms", "alarms": arns})]
    for number, row in enumerate(watched.rows):
        width = _COLUMNS // len(row)
        for column, chart in enumerate(row):
            place = (column * width, 3 + number * _HEIGHT, width, _HEIGHT)
            widgets.append(_widget("metric", *place, _chart(chart, dimensions)))
    lines = ",\n".join(json.dumps(widget) for widget in widgets)
    return Sub(f'{{"widgets": [\n{lines}\n]}}\n')


def _widget(kind: str, x: int, y: int, width: int, height: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _chart(chart: Chart, dimensions: Dimensions) -> dict[str, Any]:
    """What the alarms read, an expression in place of its metrics, and each threshold as a line."""
    lines: dict[str, list[Any]] = {}
    for alarm in chart.alarms:
        for metric in alarm.metrics:
            lines[metric.id] = _line(metric, dimensions, visible=not alarm.expression)
        if alarm.expression:
            result = _result(alarm)
            lines[result] = [{"expression": alarm.expression, "label": alarm.label, "id": result}]
    for metric in chart.beside:
        lines[metric.id] = _line(metric, dimensions, visible=True)
    thresholds = {
        (alarm.threshold, alarm.below): {
            "label": f"alarm {'below' if alarm.below else 'from'}",
            "value": alarm.threshold,
        }
        for alarm in chart.alarms
    }
    return {
        "title": chart.title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "yAxis": {"left": {"min": 0, "showUnits": False}},
        "metrics": list(lines.values()),
        **({"annotations": {"horizontal": list(thresholds.values())}} if thresholds else {}),
    }


def _line(metric: Metric, dimensions: Dimensions, *, visible: bool) -> list[Any]:
    named = [word for name, value in dimensions[metric.of].items() for word in (name, _in_text(value))]
    drawn = {"id": metric.id, "label": metric.label, "stat": metric.statistic, "period": metric.period}
    return [_NAMESPACES[metric.of], metric.name, *named, drawn if visible else {**drawn, "visible": False}]


def _in_text(value: str | AWSHelperFn) -> str:
    """A dimension's value where CloudFormation fills in a text."""
    return f"${{{'.'.join(value.data['Fn::GetAtt'])}}}" if isinstance(value, GetAtt) else str(value)
