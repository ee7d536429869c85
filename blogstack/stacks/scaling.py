"""Scaling: the scalable target and its policies."""

from __future__ import annotations

from troposphere import AWSObject, Ref, Sub
from troposphere import applicationautoscaling as scaling

from blogstack.blueprint.service import Scaling
from blogstack.stacks import names
from blogstack.stacks.stack import Stack, tagged


def add_scaling(stack: Stack, plan: Scaling, tags: dict[str, str], service: AWSObject) -> None:
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
    if plan.cpu:
        stack.add(_tracking(plan, target), "scaling", "cpu")


def _tracking(plan: Scaling, target: AWSObject) -> scaling.ScalingPolicy:
    configuration = scaling.TargetTrackingScalingPolicyConfiguration(
        PredefinedMetricSpecification=scaling.PredefinedMetricSpecification(
            PredefinedMetricType="ECSServiceAverageCPUUtilization"
        ),
        TargetValue=plan.cpu,
        ScaleOutCooldown=plan.scale_out_cooldown,
        ScaleInCooldown=plan.scale_in_cooldown,
    )
    return scaling.ScalingPolicy(
        names.CPU_SCALING_POLICY,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref(target),
        TargetTrackingScalingPolicyConfiguration=configuration,
    )
