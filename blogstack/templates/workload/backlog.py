"""Scaling by the messages of a queue: the messages per task, and the first task when none runs.

The metrics: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSHelperFn, AWSObject, Ref, cloudwatch
from troposphere import applicationautoscaling as scaling

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.scaling import Backlog
from blogstack.records import Record
from blogstack.templates.stack import Stack, import_value, make_tags

_MINUTE = 60
# Both services report once a minute, but not at the same time: after three minutes without a report none is just late.
_MINUTES_WITHOUT_TASK = 3
# In this time the first task starts and is measured, before another one could be added.
_COOLDOWN_SECONDS = 300
# Practically infinite: one running task outweighs all messages. In arithmetic a missing value counts as 0:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
_MANY_MESSAGES = 1_000_000


class _Metric(Record):
    """A metric by its namespace, name and dimensions; `statistic` over a minute."""

    id: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str | AWSHelperFn], ...]
    statistic: str


def backlog_per_task(workload: EcsService, backlog: Backlog) -> scaling.CustomizedMetricSpecification:
    """The messages of the queue per running task; without a task there is no value, and so no scaling.

    Messages in progress count, so that the last task is not stopped while it works:
    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
    """
    queries = [
        scaling.TargetTrackingMetricDataQuery(
            Id=metric.id,
            ReturnData=False,
            MetricStat=scaling.TargetTrackingMetricStat(
                Stat=metric.statistic,
                Metric=scaling.TargetTrackingMetric(
                    Namespace=metric.namespace,
                    MetricName=metric.name,
                    Dimensions=[
                        scaling.TargetTrackingMetricDimension(Name=name, Value=value)
                        for name, value in metric.dimensions
                    ],
                ),
            ),
        )
        for metric in _metrics(workload, backlog)
    ]
    each = scaling.TargetTrackingMetricDataQuery(
        Id="backlog", Expression="(waiting + working) / running", ReturnData=True
    )
    return scaling.CustomizedMetricSpecification(Metrics=[*queries, each])


def add_first_task(stack: Stack, workload: EcsService, backlog: Backlog, target: AWSObject) -> None:
    """Add a task when there are messages and none runs: target tracking multiplies, and a multiple of 0 is 0."""
    policy = stack.add(
        scaling.ScalingPolicy(
            ids.FIRST_TASK_POLICY,
            PolicyName="first-task",
            PolicyType="StepScaling",
            ScalingTargetId=Ref(target),
            StepScalingPolicyConfiguration=scaling.StepScalingPolicyConfiguration(
                AdjustmentType="ChangeInCapacity",
                Cooldown=_COOLDOWN_SECONDS,
                StepAdjustments=[scaling.StepAdjustment(MetricIntervalLowerBound=0, ScalingAdjustment=1)],
            ),
        ),
        *workload.locate("scaling", "queue"),
    )
    queries = [
        cloudwatch.MetricDataQuery(
            Id=metric.id,
            ReturnData=False,
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(
                    Namespace=metric.namespace,
                    MetricName=metric.name,
                    Dimensions=[
                        cloudwatch.MetricDimension(Name=name, Value=value) for name, value in metric.dimensions
                    ],
                ),
                Period=_MINUTE,
                Stat=metric.statistic,
            ),
        )
        for metric in _metrics(workload, backlog)
    ]
    without_task = cloudwatch.MetricDataQuery(
        Id="untouched",
        Expression=f"waiting + working - {_MANY_MESSAGES} * running",
        Label="messages while no task runs",
        ReturnData=True,
    )
    stack.add(
        cloudwatch.Alarm(
            ids.FIRST_TASK_ALARM,
            AlarmDescription="Not a fault: messages wait and no task runs, so scaling starts the first one.",
            Metrics=[*queries, without_task],
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            Threshold=1,
            DatapointsToAlarm=_MINUTES_WITHOUT_TASK,
            EvaluationPeriods=_MINUTES_WITHOUT_TASK,
            TreatMissingData="notBreaching",
            AlarmActions=[Ref(policy)],
            Tags=make_tags(workload.tags),
        ),
        *workload.locate("scaling", "queue"),
    )


def _metrics(workload: EcsService, backlog: Backlog) -> Iterator[_Metric]:
    queue = (("QueueName", import_value(backlog.queue)),)
    yield _Metric("waiting", "AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Maximum")
    yield _Metric("working", "AWS/SQS", "ApproximateNumberOfMessagesNotVisible", queue, "Maximum")
    # Each running task reports its CPU once a minute, so the number of reports is the number of tasks:
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html
    service = (("ClusterName", workload.cluster), ("ServiceName", workload.service_name))
    yield _Metric("running", "AWS/ECS", "CPUUtilization", service, "SampleCount")
