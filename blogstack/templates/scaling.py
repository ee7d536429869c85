"""Scaling: the scalable target, its policies and its schedules."""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere import applicationautoscaling as scaling

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.scaling import Policy, Scaling, Schedule
from blogstack.templates.stack import Stack, tagged

# Application Auto Scaling API reference, PredefinedMetricSpecification.
_METRICS = {
    "cpu": "ECSServiceAverageCPUUtilization",
    "memory": "ECSServiceAverageMemoryUtilization",
    "requests": "ALBRequestCountPerTarget",
}


def add_scaling(
    stack: Stack,
    plan: Scaling,
    tags: dict[str, str],
    service: AWSObject,
    load_balancer: AWSObject,
    target_groups: Sequence[AWSObject],
) -> None:
    """Hold the number of tasks between its limits by what the policies measure."""
    target = stack.add(
        scaling.ScalableTarget(
            names.SCALABLE_TARGET,
            ServiceNamespace="ecs",
            ScalableDimension="ecs:service:DesiredCount",
            ResourceId=Sub(f"service/${{Cluster}}/${{{service.title}.Name}}", Cluster=service.Cluster),
            MinCapacity=plan.min,
            MaxCapacity=plan.max,
            Tags=tagged(tags),
        ),
        "scaling",
    )
    if plan.schedules:
        target.ScheduledActions = [_action(schedule) for schedule in plan.schedules]
    for policy in plan.policies:
        configuration = scaling.TargetTrackingScalingPolicyConfiguration(
            **_measured(policy, load_balancer, target_groups),
            TargetValue=policy.target,
            ScaleOutCooldown=plan.scale_out_cooldown,
            ScaleInCooldown=plan.scale_in_cooldown,
        )
        stack.add(
            scaling.ScalingPolicy(
                names.SCALING_POLICIES[policy.measure],
                PolicyName=policy.measure,
                PolicyType="TargetTrackingScaling",
                ScalingTargetId=Ref(target),
                TargetTrackingScalingPolicyConfiguration=configuration,
            ),
            "scaling",
            policy.measure,
        )


def _action(schedule: Schedule) -> scaling.ScheduledAction:
    return scaling.ScheduledAction(
        ScheduledActionName=schedule.name,
        Schedule=schedule.cron,
        Timezone=schedule.timezone,
        ScalableTargetAction=scaling.ScalableTargetAction(MinCapacity=schedule.min, MaxCapacity=schedule.max),
    )


def _measured(policy: Policy, load_balancer: AWSObject, target_groups: Sequence[AWSObject]) -> dict[str, object]:
    if policy.measure == "requests" and len(target_groups) > 1:
        return {"CustomizedMetricSpecification": _requests(load_balancer, target_groups)}
    metric = scaling.PredefinedMetricSpecification(PredefinedMetricType=_METRICS[policy.measure])
    if policy.measure == "requests":
        (group,) = target_groups
        metric.ResourceLabel = Sub(
            f"${{{load_balancer.title}.LoadBalancerFullName}}/${{{group.title}.TargetGroupFullName}}"
        )
    return {"PredefinedMetricSpecification": metric}


def _requests(load_balancer: AWSObject, groups: Sequence[AWSObject]) -> scaling.CustomizedMetricSpecification:
    """Requests per task with two target groups: the predefined metric knows one, and which is in use changes.

    Each group's own requests per target add up to those of a task, whatever share each group gets, because both sets
    are of the same size; one without requests counts nothing.
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
                            Name="LoadBalancer", Value=GetAtt(load_balancer, "LoadBalancerFullName")
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
    total = " + ".join(f"FILL({query.Id}, 0)" for query in queries)
    added = scaling.TargetTrackingMetricDataQuery(Id="requests", Expression=total, ReturnData=True)
    return scaling.CustomizedMetricSpecification(Metrics=[*queries, added])
