"""Alarms on metric math, which ministack's CloudFormation refuses, and references of alarms and dashboards."""

import json
import re
from typing import Any

from .api import ApiError, request
from .ministack_modules import ministack, service
from .resource_types import Props, extend, without

# Properties that an alarm on an expression has in its metrics, not in itself.
OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")


def install() -> None:
    """Keep the metrics of an expression, and check dashboards, topics and subscriptions."""
    provisioners = ministack("services.cloudformation.provisioners")
    own = provisioners._cw_metric_alarm_record

    def record(name: str, props: Props) -> dict[str, Any]:
        if "Metrics" not in props:
            return dict(own(name, props))
        metrics = request("cloudwatch", "PutMetricAlarm", {**without(props, "AlarmName"), "AlarmName": name})["Metrics"]
        _check_metrics(metrics)
        kept = own(name, {**without(props, "Metrics"), "MetricName": "-", "Namespace": "-"})
        return {**without(kept, *OF_ONE_METRIC), "Metrics": metrics}

    provisioners._cw_metric_alarm_record = record
    extend("AWS::CloudWatch::Dashboard", check=_check_dashboard)
    extend("AWS::KMS::Key", check=_check_key)
    extend("AWS::SNS::Subscription", check=_check_subscription)
    extend("AWS::SNS::TopicPolicy", check=_check_topic_policy)


def _check_metrics(metrics: list[dict[str, Any]]) -> None:
    """What an expression asks for: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html."""
    ids = [metric["Id"] for metric in metrics]
    returned = [metric["Id"] for metric in metrics if metric.get("ReturnData", True)]
    words = {word for metric in metrics for word in re.findall(r"\b[a-z][A-Za-z0-9_]*", metric.get("Expression", ""))}
    wrong = [item for item in ids if not re.fullmatch(r"[a-z][A-Za-z0-9_]*", item)]
    if wrong or len(set(ids)) < len(ids) or len(returned) != 1 or not words <= set(ids):
        raise _refusal("cloudwatch", "PutMetricAlarm", f"Invalid metrics list: {sorted(ids)}, {sorted(words)}")


def _check_dashboard(props: Props) -> None:
    request("cloudwatch", "PutDashboard", {"DashboardName": "chosen", **without(props, "Tags")})
    try:
        widgets = json.loads(props["DashboardBody"])["widgets"]
    except (ValueError, KeyError, TypeError) as error:
        raise _refusal("cloudwatch", "PutDashboard", f"The dashboard body is invalid: {error!r}") from error
    if not all(item.get("properties") for item in widgets):
        raise _refusal("cloudwatch", "PutDashboard", "The field 'properties' is required")


def _check_key(props: Props) -> None:
    later = ("EnableKeyRotation", "KeyPolicy", "PendingWindowInDays", "RotationPeriodInDays", "Tags")
    request("kms", "CreateKey", without(props, *later) | {"Policy": json.dumps(props.get("KeyPolicy", {}))})


def _check_subscription(props: Props) -> None:
    request("sns", "Subscribe", props)
    _check_topics(props["TopicArn"])


def _check_topic_policy(props: Props) -> None:
    _check_topics(*props["Topics"])


def _check_topics(*arns: str) -> None:
    for arn in arns:
        if arn not in service("sns")._topics:
            raise ApiError("sns", "SetTopicAttributes", "NotFound", f"Topic does not exist: {arn}")


def _refusal(name: str, operation: str, message: str) -> ApiError:
    return ApiError(name, operation, "ValidationError", message)
