"""Retries calls to AWS while a command waits for something."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from blogstack.aws.errors import AwsError

T = TypeVar("T")


def retry(call: Callable[[], T], turns: Iterable[object], on_retry: Callable[[AwsError], object] | None = None) -> T:
    """The answer to a call, retried after throttling and lost connections.

    Args:
        call: The call.
        turns: Yields once for each try, at least once, and waits between them.
        on_retry: Gets the first error after which the call is retried.

    Raises:
        AwsError: the last such error when no turn is left; any other error at once.
    """
    last: AwsError | None = None
    for _ in turns:
        try:
            return call()
        except AwsError as error:
            if not error.is_passing:
                raise
            if last is None and on_retry is not None:
                on_retry(error)
            last = error
    assert last is not None
    raise last
