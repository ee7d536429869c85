"""Stacks that are no longer in the file -> the commands that delete them in AWS."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from blogstack.blueprint.names import BUCKETS, CACHE, DATABASE, EDGE, NETWORK, QUEUES, REGISTRY, TASKS

# In this order: a stack whose exports another one imports cannot be deleted before that one. Workloads come first.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
_ORDER = (TASKS, EDGE, BUCKETS, QUEUES, CACHE, DATABASE, NETWORK, REGISTRY)
_BEFORE = {
    DATABASE: "aws rds modify-db-instance --region {region} --no-deletion-protection --apply-immediately "
    "--db-instance-identifier {stack}",
    EDGE: "aws elbv2 modify-load-balancer-attributes --region {region} --attributes "
    'Key=deletion_protection.enabled,Value=false --load-balancer-arn "$(aws cloudformation describe-stack-resource '
    "--region {region} --stack-name {stack} --logical-resource-id LoadBalancer "
    '--query StackResourceDetail.PhysicalResourceId --output text)"',
}
"""The command that turns off the deletion protection in a stack, by the kind of the stack."""
_STAYS = {
    BUCKETS: "the buckets with their objects",
    QUEUES: "the queues with their messages",
    CACHE: "a last snapshot of the cache, and its secret",
    DATABASE: "a last snapshot of the database, and its secret",
    EDGE: "the bucket of the access logs",
    REGISTRY: "the repository with its images",
    TASKS: "the generated secrets",
}
"""What stays when a stack is deleted, by its kind."""


def removal_notes(stacks: Collection[str], region: str) -> Iterator[str]:
    """Notes on stacks whose templates are no longer written, line by line; nothing if there are none.

    Args:
        stacks: Names of the stacks.
        region: Their region.
    """
    if not stacks:
        return
    yield "If deployed, these stacks stay in AWS and keep costing money. Once nothing uses their exports, run:"
    for stack in sorted(stacks, key=lambda stack: (removal_place(stack), stack)):
        kind = _kind(stack)
        if kind in _BEFORE:
            yield f"  {_BEFORE[kind].format(region=region, stack=stack)}"
        yield f"  aws cloudformation delete-stack --region {region} --stack-name {stack}"
        yield f"  aws cloudformation wait stack-delete-complete --region {region} --stack-name {stack}"
    if stays := [_STAYS[kind] for kind in _ORDER if kind in {_kind(stack) for stack in stacks} & _STAYS.keys()]:
        yield f"Not deleted even then: {'; '.join(stays)}."


def _kind(stack: str) -> str:
    return stack.rpartition("-")[2]


def removal_place(stack: str) -> int:
    """The place of a stack in the order of deletion; the stacks of workloads come first."""
    return _ORDER.index(_kind(stack)) if _kind(stack) in _ORDER else -1
