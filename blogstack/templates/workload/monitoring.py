"""The alarms of a workload, and its dashboard."""

from __future__ import annotations

import json
from typing import Any

from troposphere import AWSHelperFn, GetAtt, ImportValue, Sub, cloudwatch

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.monitoring import Monitoring
from blogstack.blueprint.monitoring.charts import Chart, Metric, Subject
from blogstack.blueprint.workload import EcsService
from blogstack.templates.alarms import NAMESPACES, Dimensions, make_alarm, result_id
from blogstack.templates.stack import Stack, arn_here, import_value, make_tags
from blogstack.templates.workload.exposure import Targets

_ORIGIN = "alarms"
# A dashboard is 24 columns wide; heights and widths are in its units:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
_COLUMNS, _HEIGHT, _STATUS_HEIGHT = 24, 6, 3


def add_monitoring(
    stack: Stack, workload: EcsService, monitoring: Monitoring, targets: Targets | None, service: str
) -> None:
    """Add the alarms and the dashboard.

    Args:
        stack: The workload's stack.
        workload: The workload to monitor.
        monitoring: The decisions.
        targets: Its target groups; None if no requests reach it.
        service: Logical ID of its ECS service.
    """
    dimensions = _dimensions(workload, monitoring, targets)
    for alarm in monitoring.alarms:
        # The service refers to the alarms that roll a deployment back. The others are created after it: an alarm that
        # counts tasks would fire before there is one.
        after = None if alarm.rolls_back else service
        topic = arn_here("sns", monitoring.topic)
        stack.add(make_alarm(alarm, dimensions, Sub(topic), monitoring.tags, after=after), _ORIGIN)
    stack.add(
        cloudwatch.Dashboard(
            ids.DASHBOARD,
            # An account has one list of dashboards for all its regions:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
            DashboardName=Sub(f"{monitoring.title}-${{AWS::Region}}"),
            DashboardBody=_body(workload, monitoring, dimensions),
            Tags=make_tags(monitoring.tags),
        ),
        _ORIGIN,
    )


def _dimensions(workload: EcsService, monitoring: Monitoring, targets: Targets | None) -> Dimensions:
    dimensions: dict[Subject, dict[str, str | AWSHelperFn]] = {
        # Names instead of references to the service, which refers to some of the alarms itself.
        Subject.SERVICE: {"ClusterName": workload.cluster, "ServiceName": workload.service_name}
    }
    if targets is not None:
        balancer = {"LoadBalancer": targets.load_balancer_full_name}
        dimensions[Subject.BALANCER] = balancer
        dimensions[Subject.TARGETS] = {"TargetGroup": GetAtt(targets.group, "TargetGroupFullName"), **balancer}
        if targets.alternate is not None:
            full_name = GetAtt(targets.alternate, "TargetGroupFullName")
            dimensions[Subject.ALTERNATE] = {"TargetGroup": full_name, **balancer}
    if monitoring.database is not None:
        dimensions[Subject.DATABASE] = {"DBInstanceIdentifier": monitoring.database.identifier}
    return dimensions


def _body(workload: EcsService, monitoring: Monitoring, dimensions: Dimensions) -> Sub:
    """The dashboard as JSON, one widget per line; imported values are variables of Fn::Sub."""
    arns = [f"${{{ids.ALARMS[alarm.id]}.Arn}}" for alarm in monitoring.alarms]
    rows, imports = list(monitoring.rows), {}
    if workload.exposure is not None:
        imports[_LOAD_BALANCER] = import_value(workload.exposure.load_balancer_full_name)
    if monitoring.database is not None:
        rows.append(monitoring.database.charts)
        arns += [arn_here("cloudwatch", f"alarm:{name}") for name in monitoring.database.names.values()]
    arns += [arn_here("cloudwatch", f"alarm:{name}") for name in monitoring.store_alarms]
    status = {"title": f"{monitoring.title}: alarms", "alarms": arns}
    widgets = [_widget("alarm", 0, 0, _COLUMNS, _STATUS_HEIGHT, status)]
    for number, row in enumerate(rows):
        width = _COLUMNS // len(row)
        for column, chart in enumerate(row):
            place = (column * width, _STATUS_HEIGHT + number * _HEIGHT, width, _HEIGHT)
            widgets.append(_widget("metric", *place, _chart(chart, dimensions)))
    lines = ",\n".join(json.dumps(widget) for widget in widgets)
    return Sub(f'{{"widgets": [\n{lines}\n]}}\n', **imports)


_LOAD_BALANCER = "LoadBalancer"


def _widget(kind: str, x: int, y: int, width: int, height: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _chart(chart: Chart, dimensions: Dimensions) -> dict[str, Any]:
    """What the alarms read, with an expression in place of its metrics, and each threshold as a line."""
    lines: dict[str, list[Any]] = {}
    for alarm in chart.alarms:
        for metric in alarm.metrics:
            lines[metric.id] = _line(metric, dimensions, visible=not alarm.expression)
        if alarm.expression:
            result = result_id(alarm)
            lines[result] = [{"expression": alarm.expression, "label": alarm.label, "id": result}]
    for metric in chart.metrics:
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
    named = [word for name, value in dimensions[metric.subject].items() for word in (name, _in_text(value))]
    drawn = {"id": metric.id, "label": metric.label, "stat": metric.statistic, "period": metric.period}
    return [NAMESPACES[metric.subject], metric.name, *named, drawn if visible else {**drawn, "visible": False}]


def _in_text(value: str | AWSHelperFn) -> str:
    """A dimension's value inside the text of Fn::Sub; the only import is the load balancer's name."""
    if isinstance(value, GetAtt):
        return f"${{{'.'.join(value.data['Fn::GetAtt'])}}}"
    return f"${{{_LOAD_BALANCER}}}" if isinstance(value, ImportValue) else str(value)
