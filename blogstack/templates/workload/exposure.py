"""From the load balancer to a workload: target groups, the listener's rule, and the security groups' rules."""

from __future__ import annotations

from troposphere import AWSHelperFn, AWSObject, ImportValue, Ref, ec2
from troposphere import elasticloadbalancingv2 as elb

from blogstack.blueprint import logical_ids as ids
from blogstack.blueprint.names import Output
from blogstack.blueprint.workload import EcsService
from blogstack.blueprint.workload.exposure import Exposure
from blogstack.records import Record
from blogstack.templates.stack import Stack, attributes, flag, import_value, make_tags, to_template

_ORIGIN = ("load_balancer", "health_check")


class Targets(Record, kw_only=True):
    """A workload's tasks as the load balancer reaches them.

    Attributes:
        exposure: The decisions.
        alternate: The second target group; None for rolling deployments.
        rule: The listener's rule that sends requests to them.
        load_balancer_full_name: The load balancer in metrics.
        ready: Logical IDs of the resources that must exist before the first task starts, and to which the service does
            not refer.
    """

    exposure: Exposure
    group: AWSObject
    alternate: AWSObject | None
    rule: AWSObject
    load_balancer_full_name: ImportValue
    ready: list[str]


def add_targets(stack: Stack, workload: EcsService, exposure: Exposure, task_group: AWSHelperFn) -> Targets:
    """Add everything between the listener and the tasks.

    Args:
        stack: The workload's stack.
        workload: The workload that gets the requests.
        exposure: The decisions.
        task_group: ID of the security group that lets the load balancer in.
    """
    egress, ingress = _add_security_rules(stack, workload, exposure, task_group)
    group = _add_target_group(stack, workload, exposure, ids.TARGET_GROUP)
    alternate = None
    if workload.deployment.shift is not None:
        alternate = _add_target_group(stack, workload, exposure, ids.ALTERNATE_TARGET_GROUP)
    rule = _add_rule(stack, workload, exposure, group, alternate)
    stack.output(Output.TARGET_GROUP_ARN, "The target group", Ref(group))
    stack.output(Output.LISTENER_RULE_ARN, "The listener's rule that sends requests to the tasks", Ref(rule))
    if alternate is not None:
        stack.output(Output.ALTERNATE_TARGET_GROUP_ARN, "The second target group", Ref(alternate))
    return Targets(
        exposure=exposure,
        group=group,
        alternate=alternate,
        rule=rule,
        load_balancer_full_name=import_value(exposure.load_balancer_full_name),
        # ECS refuses a target group without a listener, and tasks on a new port need the security rules first.
        # With a second group the service refers to the rule itself.
        ready=[*([rule.title] if alternate is None else []), egress.title, ingress.title],
    )


def _add_security_rules(
    stack: Stack, workload: EcsService, exposure: Exposure, task_group: AWSHelperFn
) -> tuple[AWSObject, AWSObject]:
    """Separate resources: when the port changes, the new rules exist before the old ones are deleted."""
    balancer_group = import_value(exposure.load_balancer_security_group)
    egress = ec2.SecurityGroupEgress(
        ids.BALANCER_EGRESS,
        GroupId=balancer_group,
        IpProtocol="tcp",
        FromPort=exposure.port,
        ToPort=exposure.port,
        DestinationSecurityGroupId=task_group,
        Description="Requests and health checks",
    )
    ingress = ec2.SecurityGroupIngress(
        ids.TASK_INGRESS,
        GroupId=task_group,
        IpProtocol="tcp",
        FromPort=exposure.port,
        ToPort=exposure.port,
        SourceSecurityGroupId=balancer_group,
        Description="Requests and health checks from the load balancer",
    )
    origin = workload.locate("port")
    return stack.add(egress, *origin), stack.add(ingress, *origin)


def _add_target_group(stack: Stack, workload: EcsService, exposure: Exposure, logical_id: str) -> AWSObject:
    """The tasks as the load balancer sees them: by address, because Fargate tasks have no instance."""
    check, stickiness = exposure.check, exposure.stickiness
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
    values = {
        "deregistration_delay.timeout_seconds": str(exposure.deregistration_delay),
        "stickiness.enabled": flag(stickiness is not None),
    }
    if stickiness is not None:
        values["stickiness.type"] = "lb_cookie"
        values["stickiness.lb_cookie.duration_seconds"] = str(stickiness)
    return stack.add(
        elb.TargetGroup(
            logical_id,
            TargetType="ip",
            Protocol="HTTP",
            # It has no effect, because ECS registers each task with its port; a constant never replaces the group.
            Port=80,
            VpcId=to_template(workload.placement.vpc),
            HealthCheckEnabled=True,
            HealthCheckProtocol="HTTP",
            HealthCheckPath=exposure.health_path,
            HealthCheckIntervalSeconds=check.interval,
            HealthCheckTimeoutSeconds=check.timeout,
            HealthyThresholdCount=exposure.healthy_threshold,
            UnhealthyThresholdCount=check.unhealthy,
            Matcher=elb.Matcher(HttpCode=exposure.success_codes),
            TargetGroupAttributes=attributes(values),
            Tags=make_tags(workload.tags),
        ),
        *workload.locate(*_ORIGIN),
    )


def _add_rule(
    stack: Stack, workload: EcsService, exposure: Exposure, group: AWSObject, alternate: AWSObject | None
) -> AWSObject:
    """The rule. With two target groups ECS shifts its weights (docs/decisions/0021-traffic-shifting.md).

    CloudFormation does not change the weights as long as the rule in the template stays the same, so nothing in it,
    tags included, may depend on a key that changes.
    """
    weights = [(group, 100)] if alternate is None else [(group, 100), (alternate, 0)]
    tuples = [elb.TargetGroupTuple(TargetGroupArn=Ref(target), Weight=weight) for target, weight in weights]
    return stack.add(
        elb.ListenerRule(
            ids.LISTENER_RULE,
            ListenerArn=import_value(exposure.listener),
            Priority=exposure.priority,
            Conditions=_conditions(exposure),
            Actions=[elb.ListenerRuleAction(Type="forward", ForwardConfig=elb.ForwardConfig(TargetGroups=tuples))],
        ),
        *workload.locate("load_balancer" if exposure.is_main else "route"),
    )


def _conditions(exposure: Exposure) -> list[elb.Condition]:
    hosts, paths = list(exposure.hosts), list(exposure.paths)
    by_host = elb.Condition(Field="host-header", HostHeaderConfig=elb.HostHeaderConfig(Values=hosts))
    by_path = elb.Condition(Field="path-pattern", PathPatternConfig=elb.PathPatternConfig(Values=paths))
    by_header = [
        elb.Condition(
            Field="http-header", HttpHeaderConfig=elb.HttpHeaderConfig(HttpHeaderName=name, Values=list(values))
        )
        for name, values in exposure.headers.items()
    ]
    return [*([by_host] if hosts else []), *([by_path] if paths else []), *by_header]
