"""What can go wrong with a call to AWS; in a separate module, so that catching errors does not import boto3."""

from __future__ import annotations

from enum import Enum, auto


class Trouble(Enum):
    """Why AWS refused or did not answer a request."""

    CREDENTIALS = auto()
    """The credentials are missing, expired or invalid."""
    DENIED = auto()
    """The identity lacks a permission."""
    THROTTLED = auto()
    """Too many calls, even after retries."""
    CONNECTION = auto()
    """AWS could not be reached."""
    REFUSED = auto()
    """Anything else: the service says why."""


class AwsError(Exception):
    """A call to AWS failed.

    Attributes:
        operation: Such as `ecs:DescribeServices`; "" before the first call.
        code: The service's error code, such as `AccessDenied`; "" if the call did not reach the service.
        message: The reason, in the service's words.
        trouble: The kind of failure.
    """

    def __init__(self, operation: str, code: str, message: str, trouble: Trouble) -> None:
        super().__init__(f"{operation}: {message}" if operation else message)
        self.operation = operation
        self.code = code
        self.message = message
        self.trouble = trouble

    @property
    def is_passing(self) -> bool:
        """Whether the same call may succeed in a few minutes: after throttling or a lost connection."""
        return self.trouble in (Trouble.THROTTLED, Trouble.CONNECTION)

    @property
    def interrupts(self) -> bool:
        """Whether the operation in AWS may continue despite the error: after throttling or expired credentials."""
        return self.is_passing or self.trouble is Trouble.CREDENTIALS
