"""How much of a quota is used, according to CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from blogstack.aws.session import Session

_PERIOD = 300
_SPAN = timedelta(minutes=30)
"""Usage metrics may arrive some minutes late."""


def latest_usage(session: Session, resource: Mapping[str, str]) -> float:
    """The newest count of a resource that an account uses in the region; 0 where there is none.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Service-Quota-Integration.html

    Args:
        session: Session with AWS.
        resource: Dimensions of the metric ResourceCount in AWS/Usage.

    Raises:
        AwsError: when the call fails.
    """
    now = datetime.now(UTC)
    points = session.call(
        "cloudwatch", "get_metric_statistics", Namespace="AWS/Usage", MetricName="ResourceCount",
        Dimensions=[{"Name": name, "Value": value} for name, value in resource.items()],
        StartTime=now - _SPAN, EndTime=now, Period=_PERIOD, Statistics=["Maximum"],
    )["Datapoints"]  # fmt: skip
    newest = max(points, key=lambda point: point["Timestamp"], default=None)
    return float(newest["Maximum"]) if newest else 0.0
