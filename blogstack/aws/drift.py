"""What was changed outside of CloudFormation, from its drift detection, which itself changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from blogstack.aws.session import Session
from blogstack.records import Record

_POLL = 5.0
_LOOKS = 120


class Drift(Record):
    """A resource that differs from its stack's template.

    Attributes:
        stack: Name of its stack.
        logical_id: Logical ID of the resource.
        type: Such as AWS::EC2::SecurityGroup.
        differences: Each property that differs, with both values; empty for a deleted resource.
        is_deleted: Whether the resource was deleted.
    """

    stack: str
    logical_id: str
    type: str
    differences: tuple[str, ...]
    is_deleted: bool


class Undetected(Exception):
    """Drift detection failed, or did not end in time; the text says why."""


def detect_drift(session: Session, stacks: Iterable[str], pause: Callable[[float], object] = time.sleep) -> list[Drift]:
    """The resources of some stacks that were changed outside of CloudFormation; detection takes minutes.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/detect-drift-stack.html

    Args:
        session: Session with AWS.
        stacks: Names of the stacks; no operation may be in progress on them.
        pause: Waits for some seconds.

    Raises:
        Undetected: when detection fails, or takes longer than ten minutes.
        AwsError: when AWS does not answer.
    """
    started = {
        stack: session.call("cloudformation", "detect_stack_drift", StackName=stack)["StackDriftDetectionId"]
        for stack in stacks
    }
    for stack, id in started.items():
        _wait(session, stack, id, pause)
    return [drift for stack in started for drift in _drifts(session, stack)]


def _wait(session: Session, stack: str, id: str, pause: Callable[[float], object]) -> None:
    for _ in range(_LOOKS):
        answer = session.call("cloudformation", "describe_stack_drift_detection_status", StackDriftDetectionId=id)
        if answer["DetectionStatus"] == "DETECTION_COMPLETE":
            return
        if answer["DetectionStatus"] == "DETECTION_FAILED":
            raise Undetected(
                f"drift of {stack}: {answer.get('DetectionStatusReason', 'CloudFormation gave no reason')}"
            )
        pause(_POLL)
    raise Undetected(f"drift of {stack}: the detection did not end within ten minutes")


def _resources(session: Session, stack: str) -> Iterator[Mapping[str, Any]]:
    """All pages; boto3 has no paginator of this call."""
    more: dict[str, str] = {}
    while True:
        answer = session.call(
            "cloudformation", "describe_stack_resource_drifts", StackName=stack,
            StackResourceDriftStatusFilters=["MODIFIED", "DELETED"], **more,
        )  # fmt: skip
        yield from answer["StackResourceDrifts"]
        if not answer.get("NextToken"):
            return
        more = {"NextToken": answer["NextToken"]}


def _drifts(session: Session, stack: str) -> Iterator[Drift]:
    for found in _resources(session, stack):
        differences = tuple(
            f"{each['PropertyPath'].lstrip('/').replace('/', '.')}:"
            f" {each.get('ExpectedValue')} in the template, {each.get('ActualValue')} now"
            for each in found.get("PropertyDifferences", ())
        )
        is_deleted = found["StackResourceDriftStatus"] == "DELETED"
        yield Drift(stack, found["LogicalResourceId"], found["ResourceType"], differences, is_deleted)
