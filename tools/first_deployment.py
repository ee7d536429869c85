"""How long a first deployment takes, by simulation: `python -m tools.first_deployment [FILE]`.

In a stack, CloudFormation creates a resource when those that it refers to exist; each takes as long as AWS measured.
Stacks one after the other, as in the printed script, take the sum; side by side, as in `blogstack deploy`, they take
the longest path through their dependencies. Building the image, the release step and the checks are not included,
because their times depend on the application.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from blogstack.deploy.plan import make_plans
from blogstack.deploy.steps import DeployStack, Step
from blogstack.diff.references import references
from blogstack.diff.snapshots import snapshot_of
from blogstack.pipeline import Compilation, compile_text
from blogstack.source.template import Tree

# Seconds that the creation of a resource takes: the averages that AWS's own tool rain forecasts with,
# https://github.com/aws-cloudformation/rain/blob/d085ec5b12eea4cebd9a4e6faa49062d6b609f1b/internal/cmd/forecast/estimate.go
SECONDS: Mapping[str, int] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": 2,
    "AWS::ApplicationAutoScaling::ScalingPolicy": 1,
    "AWS::CertificateManager::Certificate": 239,
    "AWS::CloudWatch::Alarm": 2,
    "AWS::CloudWatch::Dashboard": 2,
    "AWS::EC2::EIP": 17,
    "AWS::EC2::FlowLog": 2,
    "AWS::EC2::InternetGateway": 17,
    "AWS::EC2::NatGateway": 106,
    "AWS::EC2::Route": 2,
    "AWS::EC2::RouteTable": 12,
    "AWS::EC2::SecurityGroup": 6,
    "AWS::EC2::SecurityGroupEgress": 3,
    "AWS::EC2::SecurityGroupIngress": 2,
    "AWS::EC2::Subnet": 4,
    "AWS::EC2::SubnetRouteTableAssociation": 2,
    "AWS::EC2::VPC": 12,
    "AWS::EC2::VPCEndpoint": 47,
    "AWS::EC2::VPCGatewayAttachment": 12,
    "AWS::ECR::Repository": 1,
    "AWS::ECS::Cluster": 5,
    "AWS::ECS::Service": 119,
    "AWS::ECS::TaskDefinition": 4,
    "AWS::ElastiCache::ReplicationGroup": 712,
    "AWS::ElastiCache::SubnetGroup": 2,
    "AWS::ElasticLoadBalancingV2::Listener": 2,
    "AWS::ElasticLoadBalancingV2::ListenerRule": 2,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 116,
    "AWS::ElasticLoadBalancingV2::TargetGroup": 18,
    "AWS::IAM::Role": 12,
    "AWS::KMS::Key": 122,
    "AWS::Logs::LogGroup": 1,
    "AWS::RDS::DBInstance": 595,
    "AWS::RDS::DBParameterGroup": 2,
    "AWS::RDS::DBSubnetGroup": 2,
    "AWS::Route53::RecordSet": 20,
    "AWS::S3::Bucket": 30,
    "AWS::S3::BucketPolicy": 12,
    "AWS::SNS::Subscription": 2,
    "AWS::SNS::Topic": 4,
    "AWS::SNS::TopicPolicy": 1,
    "AWS::SQS::Queue": 72,
    "AWS::SQS::QueuePolicy": 1,
    "AWS::Scheduler::Schedule": 5,
    "AWS::SecretsManager::Secret": 1,
    "AWS::SecretsManager::SecretTargetAttachment": 1,
    "AWS::ServiceDiscovery::PrivateDnsNamespace": 46,
    "AWS::ServiceDiscovery::Service": 1,
    "AWS::StepFunctions::StateMachine": 1,
    "AWS::WAFv2::LoggingConfiguration": 2,
    "AWS::WAFv2::WebACL": 7,
    "AWS::WAFv2::WebACLAssociation": 5,
}


class Lengths(NamedTuple):
    """Seconds of the stacks of a plan.

    Attributes:
        sum: One after the other.
        longest: The longest path through their dependencies.
        path: The stacks on it, in order.
    """

    sum: int
    longest: int
    path: tuple[str, ...]


def lengths(compilation: Compilation) -> Lengths:
    """How long the stacks of a file with one environment take."""
    (plan,) = make_plans(compilation.blueprints)
    trees = snapshot_of(compilation)
    steps = {step.id: step for step in plan.steps}
    own = {id: _stack_seconds(trees[id]) if isinstance(step.action, DeployStack) else 0 for id, step in steps.items()}

    @cache
    def until(id: str) -> tuple[int, tuple[str, ...]]:
        before = max((until(need) for need in steps[id].needs if need in steps), default=(0, ()))
        return before[0] + own[id], (*before[1], *_shown(steps[id]))

    longest, path = max(until(id) for id in steps)
    return Lengths(sum(own.values()), longest, path)


def _shown(step: Step) -> Iterator[str]:
    if isinstance(step.action, DeployStack):
        yield step.id


def _stack_seconds(tree: Tree) -> int:
    """The longest path through the resources of a stack."""
    resources: Mapping[str, Any] = tree["Resources"]

    @cache
    def until(name: str) -> int:
        body = resources[name]
        explicit = body.get("DependsOn", [])
        needs = {target for target, _ in references(body.get("Properties", {})) if target in resources}
        needs |= {explicit} if isinstance(explicit, str) else set(explicit)
        return SECONDS[body["Type"]] + max(map(until, needs), default=0)

    return max(map(until, resources))


def describe(name: str, found: Lengths) -> str:
    """The two figures in a sentence."""
    saved = round(100 * (1 - found.longest / found.sum))
    return (
        f"{name}: {_minutes(found.sum)} one after the other, {_minutes(found.longest)} side by side"
        f" ({saved} % less), by {', '.join(found.path)}"
    )


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60:02} s"


if __name__ == "__main__":
    for path in sys.argv[1:]:
        compilation = compile_text(path, Path(path).read_bytes())
        print(describe(path, lengths(compilation)))  # noqa: T201 (a tool)
