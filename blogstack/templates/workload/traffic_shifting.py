"""What an ECS service needs for a deployment with a second set of tasks (docs/decisions/0021-traffic-shifting.md)."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, ecs, iam

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.deployment import Canary, Linear, Shift
from blogstack.templates.policies import trust
from blogstack.templates.stack import Stack, make_tags
from blogstack.templates.workload.exposure import Targets


def add_advanced_configuration(stack: Stack, workload: EcsService, targets: Targets) -> ecs.AdvancedConfiguration:
    """Add ECS's role for the load balancer; returns the service's settings with it, the rule and the second group."""
    role = iam.Role(
        ids.INFRASTRUCTURE_ROLE,
        # The trust policy and the managed policy that ECS requires:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
        AssumeRolePolicyDocument=trust("ecs.amazonaws.com", of_account=False),
        ManagedPolicyArns=[
            Sub("arn:${AWS::Partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers")
        ],
        Tags=make_tags(workload.tags),
    )
    stack.add(role, *workload.locate("deployment", "strategy"))
    return ecs.AdvancedConfiguration(
        AlternateTargetGroupArn=Ref(targets.alternate),
        ProductionListenerRule=Ref(targets.rule),
        RoleArn=GetAtt(role, "Arn"),
    )


def strategy(shift: Shift | None) -> dict[str, object]:
    """The properties of a deployment configuration for a strategy.

    ROLLING is set explicitly: ECS keeps an earlier strategy until it gets another one.
    """
    if shift is None:
        return {"Strategy": "ROLLING"}
    bake = {"BakeTimeInMinutes": shift.bake}
    match shift.steps:
        case Canary(percent, wait):
            canary = ecs.CanaryConfiguration(CanaryPercent=percent, CanaryBakeTimeInMinutes=wait)
            return {"Strategy": "CANARY", "CanaryConfiguration": canary, **bake}
        case Linear(percent, wait):
            linear = ecs.LinearConfiguration(StepPercent=percent, StepBakeTimeInMinutes=wait)
            return {"Strategy": "LINEAR", "LinearConfiguration": linear, **bake}
    return {"Strategy": "BLUE_GREEN", **bake}
