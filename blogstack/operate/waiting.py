"""Waiting for operations in AWS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from blogstack.aws import retries
from blogstack.aws.session import Session
from blogstack.aws.stacks import StackState, failed_events, read_stack

T = TypeVar("T")
Pause = Callable[[float], object]
POLL = 5.0
"""Seconds between two requests."""
# The longest that CloudFormation waits for a deployment of a service:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-linearconfiguration.html
LOOKS = int(36 * 3600 / POLL)
_RETRIES = int(600 / POLL)


class TookTooLong(Exception):
    """Something in AWS has not ended in 36 hours; the text says what."""


def retry(call: Callable[[], T], pause: Pause) -> T:
    """The answer to a call, retried for about ten minutes after throttling and lost connections.

    Raises:
        AwsError: when the retries do not help, or for any other error.
    """
    return retries.retry(call, _turns(pause))


def _turns(pause: Pause) -> Iterator[None]:
    for _ in range(_RETRIES):
        yield
        pause(POLL)
    yield


def wait_for_stack(session: Session, stack: str, pause: Pause = time.sleep) -> StackState | None:
    """A stack once no operation on it is in progress; None if it does not exist, or was deleted.

    Args:
        session: Session with AWS.
        stack: Name or ARN; the ARN finds a deleted stack too.
        pause: Waits for some seconds.

    Raises:
        TookTooLong: after 36 hours.
        AwsError: when a call fails.
    """
    for _ in range(LOOKS):
        state = retry(lambda: read_stack(session, stack), pause)
        if state is None or not state.is_busy:
            return None if state is not None and state.status == "DELETE_COMPLETE" else state
        pause(POLL)
    raise TookTooLong(stack)


def reasons_of(session: Session, stack: StackState) -> str:
    """Why the newest operation on a stack failed, in AWS's words.

    Raises:
        AwsError: when a call fails.
    """
    failures = failed_events(session, stack.name)
    return "; ".join(f"{each.logical_id}: {each.reason}" for each in failures) or stack.reason or stack.status
