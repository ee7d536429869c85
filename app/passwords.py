"""Passwords, hashed."""

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr


class Passwords:
    """Hashes with argon2id, a few at a time: each takes 19 MiB and a whole core for some 20 milliseconds."""

    def __init__(self) -> None:
        """Prepare the hash that stands in for users who do not exist."""
        # The first of the settings that OWASP's Password Storage Cheat Sheet recommends for argon2id, but
        # for its one with less memory; they are meant to be equally strong.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash("a user who does not exist")
        self._limiter = CapacityLimiter(2)

    async def hash(self, password: SecretStr) -> str:
        """What to store in the password's place."""
        return await to_thread.run_sync(self._hasher.hash, password.get_secret_value(), limiter=self._limiter)

    async def verify(self, stored: str | None, password: SecretStr) -> bool:
        """Whether this is the password. Takes as long when there is no such user (`stored` is None)."""
        matches = await to_thread.run_sync(
            self._matches, stored or self._nobody, password.get_secret_value(), limiter=self._limiter
        )
        return matches and stored is not None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
