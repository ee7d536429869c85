"""What a deployment by a second set of tasks needs: a second target group, and the rule whose weights ECS moves.

docs/decisions/0021-traffic-shifting.md tells why the rule looks as it does.
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref, Sub, ecs, iam
from troposphere import elasticloadbalancingv2 as elb

from blogstack.blueprint import logical_ids as names
from blogstack.blueprint.service import Service, Shift
from blogstack.templates import balancer
from blogstack.templates.stack import Stack, tagged

_ORIGIN = ("deployment", "strategy")


def add_shifting(
    stack: Stack, service: Service, listener: AWSObject, target_group: AWSObject
) -> tuple[AWSObject, ecs.AdvancedConfiguration]:
    """Add the second target group, the rule and ECS's role; returns the first and what ECS is told about them."""
    alternate = balancer.add_target_group(stack, service, names.ALTERNATE_TARGET_GROUP)
    rule = stack.add(_rule(listener, target_group, alternate), *_ORIGIN)
    role = stack.add(_role(service), *_ORIGIN)
    stack.output("ProductionRuleArn", "The rule that says which of two target groups gets the requests", Ref(rule))
    stack.output("AlternateTargetGroupArn", "The second target group", Ref(alternate))
    told = ecs.AdvancedConfiguration(
        AlternateTargetGroupArn=Ref(alternate), ProductionListenerRule=Ref(rule), RoleArn=GetAtt(role, "Arn")
    )
    return alternate, told


def shifted(shift: Shift) -> dict[str, object]:
    """The deployment configuration's properties for the strategy."""
    properties: dict[str, object] = {"Strategy": shift.strategy, "BakeTimeInMinutes": shift.bake}
    if shift.strategy == "CANARY":
        properties["CanaryConfiguration"] = ecs.CanaryConfiguration(
            CanaryPercent=shift.share, CanaryBakeTimeInMinutes=shift.wait
        )
    if shift.strategy == "LINEAR":
        properties["LinearConfiguration"] = ecs.LinearConfiguration(
            StepPercent=shift.share, StepBakeTimeInMinutes=shift.wait
        )
    return properties


def _rule(listener: AWSObject, target_group: AWSObject, alternate: AWSObject) -> elb.ListenerRule:
    # ECS moves the weights with every deployment. CloudFormation leaves them alone as long as nothing of the rule
    # changes here, so nothing may depend on a key that changes, tags included.
    weights = [
        elb.TargetGroupTuple(TargetGroupArn=Ref(group), Weight=weight)
        for group, weight in ((target_group, 100), (alternate, 0))
    ]
    return elb.ListenerRule(
        names.PRODUCTION_RULE,
        ListenerArn=Ref(listener),
        Priority=1,
        Conditions=[elb.Condition(Field="path-pattern", PathPatternConfig=elb.PathPatternConfig(Values=["/*"]))],
        Actions=[elb.ListenerRuleAction(Type="forward", ForwardConfig=elb.ForwardConfig(TargetGroups=weights))],
    )


def _role(service: Service) -> iam.Role:
    # Amazon ECS developer guide, "Amazon ECS infrastructure IAM role for load balancers": its trust policy and policy.
    return iam.Role(
        names.INFRASTRUCTURE_ROLE,
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        },
        ManagedPolicyArns=[
            Sub("arn:${AWS::Partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers")
        ],
        Tags=tagged(service.tags),
    )
