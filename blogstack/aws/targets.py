"""What Elastic Load Balancing says about the targets of a target group."""

from __future__ import annotations

from blogstack.aws.session import Session
from blogstack.records import Record


class Target(Record):
    """A target, which is a task's address.

    Attributes:
        state: healthy, unhealthy, initial, draining, unused.
        reason: Such as Target.ResponseCodeMismatch; "" for a healthy one.
        description: The reason in words.
    """

    state: str
    reason: str
    description: str


def read_targets(session: Session, target_group: str) -> tuple[Target, ...]:
    """The targets of a target group.

    Args:
        session: Session with AWS.
        target_group: ARN.

    Raises:
        AwsError: when a call fails.
    """
    answer = session.call("elbv2", "describe_target_health", TargetGroupArn=target_group)
    health = (each["TargetHealth"] for each in answer["TargetHealthDescriptions"])
    return tuple(Target(each["State"], each.get("Reason", ""), each.get("Description", "")) for each in health)
