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
"""What turns off the protection of what a stack holds, by the kind of the stack."""
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
    """What to say of stacks whose templates are no longer written, line by line; nothing for none.

    Args:
        stacks: Their names.
        region: That they are in.
    """
    if not stacks:
        return
    yield "These stacks, if deployed, stay in AWS and go on costing. When nothing uses their exports any more, run:"
    for stack in sorted(stacks, key=lambda stack: (removal_place(stack), stack)):
        kind = _kind(stack)
        if kind in _BEFORE:
            yield f"  {_BEFORE[kind].format(region=region, stack=stack)}"
        yield f"  aws cloudformation delete-stack --region {region} --stack-name {stack}"
        yield f"  aws cloudformation wait stack-delete-complete --region {region} --stack-name {stack}"
    if stays := [_STAYS[kind] for kind in _ORDER if kind in {_kind(stack) for stack in stacks} & _STAYS.keys()]:
        yield f"What stays even then: {'; '.join(stays)}."


def _kind(stack: str) -> str:
    return stack.rpartition("-")[2]


def removal_place(stack: str) -> int:
    """The place of a stack in the order of deletion; those of workloads are the first."""
    return _ORDER.index(_kind(stack)) if _kind(stack) in _ORDER else -1
