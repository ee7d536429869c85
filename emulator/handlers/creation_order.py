"""The order in which a stack's resources are created: the worst that its template allows.

CloudFormation creates resources in parallel if none refers to another. A resource that needs another without
referring to it (a route the gateway's attachment, an ECS service its listener) works or fails by chance,
unless it has a `DependsOn`:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html
Here it always fails.
"""

from typing import Any

from .ministack_modules import ministack

# Resources that others need without referring to them are created last of all that could be next.
NEEDED_UNNAMED = (
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::S3::BucketPolicy",
)


def install() -> None:
    """Replace ministack's order, which follows the template, by the worst order."""
    engine, stacks = ministack("services.cloudformation.engine"), ministack("services.cloudformation.stacks")
    in_order = engine._topological_sort

    def worst(resources: dict[str, Any], conditions: dict[str, bool]) -> list[str]:
        waiting: list[str] = in_order(resources, conditions)
        known = set(waiting)
        needs = {name: engine._extract_deps(resources[name], set(resources)) & known for name in waiting}
        ordered: list[str] = []
        while waiting:
            possible = [name for name in waiting if needs[name] <= set(ordered)]
            others = [name for name in possible if resources[name].get("Type") not in NEEDED_UNNAMED]
            chosen = (others or possible)[0]
            waiting.remove(chosen)
            ordered.append(chosen)
        return ordered

    stacks._topological_sort = worst
