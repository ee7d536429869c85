"""Patience with AWS while something is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from blogstack.aws.errors import AwsError

T = TypeVar("T")


def persistently(ask: Callable[[], T], turns: Iterable[object], tell: Callable[[AwsError], object] | None = None) -> T:
    """The answer to a question of a wait: throttling and lost connections are waited out.

    Args:
        ask: The question.
        turns: One for each try, at least one; waits between them.
        tell: Gets the first such error.

    Raises:
        AwsError: the last one when no turn is left, or one that does not pass.
    """
    last: AwsError | None = None
    for _ in turns:
        try:
            return ask()
        except AwsError as error:
            if not error.is_passing:
                raise
            if last is None and tell is not None:
                tell(error)
            last = error
    assert last is not None
    raise last
