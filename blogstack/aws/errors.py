"""What can go wrong with a call to AWS; apart from the session, so that catching it does not import boto3."""

from __future__ import annotations

from enum import Enum, auto


class Trouble(Enum):
    """Why AWS refused or did not answer a request."""

    CREDENTIALS = auto()
    """There are none, or they are expired or invalid."""
    DENIED = auto()
    """The identity lacks the right."""
    THROTTLED = auto()
    """Too many calls, also after the retries."""
    CONNECTION = auto()
    """AWS was not reached."""
    REFUSED = auto()
    """Anything else: the service says why."""


class AwsError(Exception):
    """A call to AWS failed.

    Attributes:
        operation: As in `ecs:DescribeServices`; "" before the first call.
        code: The service's word for it, as in `AccessDenied`; "" where the call did not reach the service.
        message: The reason, in the service's words.
        trouble: What kind of failure it is.
    """

    def __init__(self, operation: str, code: str, message: str, trouble: Trouble) -> None:
        super().__init__(f"{operation}: {message}" if operation else message)
        self.operation = operation
        self.code = code
        self.message = message
        self.trouble = trouble

    @property
    def is_passing(self) -> bool:
        """Whether the same question may be answered in some minutes: after throttling or a lost connection."""
        return self.trouble in (Trouble.THROTTLED, Trouble.CONNECTION)

    @property
    def interrupts(self) -> bool:
        """Whether it says nothing about what AWS has begun: as when it is throttled or credentials expire."""
        return self.is_passing or self.trouble is Trouble.CREDENTIALS
