"""The linter without a cache."""

from __future__ import annotations


class NoLintCache:
    """A cache of the linter that keeps nothing."""

    def is_clean(self, key: str) -> bool:  # noqa: ARG002
        return False

    def remember_clean(self, key: str) -> None:
        pass
