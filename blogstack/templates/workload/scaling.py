"""Scaling: the scalable target, its policies and its schedules."""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere import applicationautoscaling as scaling

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.scaling import Policy, Scaling, Schedule
from blogstack.templates.stack import Stack, import_value, make_tags
from blogstack.templates.workload.exposure import Targets

# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
_METRICS = {
    "cpu": "ECSServiceAverageCPUUtilization",
    "memory": "ECSServiceAverageMemoryUtilization",
    "requests": "ALBRequestCountPerTarget",
}


def add_scaling(stack: Stack, workload: EcsService, plan: Scaling, service: AWSObject, targets: Targets | None) -> None:
    """Add the scaling of the number of tasks: its limits, policies and schedules."""
    cluster = import_value(workload.imported_cluster)
    schedules = {"ScheduledActions": [_action(schedule) for schedule in plan.schedules]} if plan.schedules else {}
    target = stack.add(
        scaling.ScalableTarget(
            ids.SCALABLE_TARGET,
            ServiceNamespace="ecs",
            ScalableDimension="ecs:service:DesiredCount",
            ResourceId=Sub(f"service/${{Cluster}}/${{{service.title}.Name}}", Cluster=cluster),
            MinCapacity=plan.min,
            MaxCapacity=plan.max,
            Tags=make_tags(workload.tags),
            **schedules,
        ),
        *workload.locate("scaling"),
    )
    for policy in plan.policies:
        configuration = scaling.TargetTrackingScalingPolicyConfiguration(
            **_metric(policy, plan, workload, targets),
            TargetValue=policy.target,
            ScaleOutCooldown=plan.scale_out_cooldown,
            ScaleInCooldown=plan.scale_in_cooldown,
        )
        stack.add(
            scaling.ScalingPolicy(
                ids.SCALING_POLICIES[policy.measure],
                PolicyName=policy.measure,
                PolicyType="TargetTrackingScaling",
                ScalingTargetId=Ref(target),
                TargetTrackingScalingPolicyConfiguration=configuration,
            ),
            *workload.locate("scaling", policy.measure),
        )
    if plan.backlog is not None and plan.backlog.from_zero:
        from blogstack.templates.workload.backlog import add_first_task  # imported here, as monitoring

        add_first_task(stack, workload, plan.backlog, target)


def _action(schedule: Schedule) -> scaling.ScheduledAction:
    return scaling.ScheduledAction(
        ScheduledActionName=schedule.name,
        Schedule=schedule.cron,
        Timezone=schedule.timezone,
        ScalableTargetAction=scaling.ScalableTargetAction(MinCapacity=schedule.min, MaxCapacity=schedule.max),
    )


def _metric(policy: Policy, plan: Scaling, workload: EcsService, targets: Targets | None) -> dict[str, object]:
    if policy.measure == "queue":
        from blogstack.templates.workload.backlog import backlog_per_task

        assert plan.backlog is not None, "the policy follows a queue"
        return {"CustomizedMetricSpecification": backlog_per_task(workload, plan.backlog)}
    metric = scaling.PredefinedMetricSpecification(PredefinedMetricType=_METRICS[policy.measure])
    if policy.measure == "requests":
        assert targets is not None, "requests are counted at a target group"
        if targets.alternate is not None:
            return {"CustomizedMetricSpecification": _requests(targets, [targets.group, targets.alternate])}
        metric.ResourceLabel = Sub(
            f"${{LoadBalancer}}/${{{targets.group.title}.TargetGroupFullName}}",
            LoadBalancer=targets.load_balancer_full_name,
        )
    return {"PredefinedMetricSpecification": metric}


def _requests(targets: Targets, groups: list[AWSObject]) -> scaling.CustomizedMetricSpecification:
    """Requests per task with two target groups: the predefined metric has only one, and the one in use changes.

    The two groups' requests per target add up to those of a task, whatever share each gets, because both sets have
    the same size. A group without requests has no value, which counts as 0 in arithmetic. FILL would do the same, but
    load balancer metrics are late, and then FILL gives a 0 for the newest minute, which keeps the alarm in its state:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    queries = [
        scaling.TargetTrackingMetricDataQuery(
            Id=f"group{number}",
            ReturnData=False,
            MetricStat=scaling.TargetTrackingMetricStat(
                Stat="Sum",
                Metric=scaling.TargetTrackingMetric(
                    Namespace="AWS/ApplicationELB",
                    MetricName="RequestCountPerTarget",
                    Dimensions=[
                        scaling.TargetTrackingMetricDimension(
                            Name="LoadBalancer", Value=targets.load_balancer_full_name
                        ),
                        scaling.TargetTrackingMetricDimension(
                            Name="TargetGroup", Value=GetAtt(group, "TargetGroupFullName")
                        ),
                    ],
                ),
            ),
        )
        for number, group in enumerate(groups, 1)
    ]
    total = " + ".join(query.Id for query in queries)
    added = scaling.TargetTrackingMetricDataQuery(Id="requests", Expression=total, ReturnData=True)
    return scaling.CustomizedMetricSpecification(Metrics=[*queries, added])
