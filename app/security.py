"""Passwords and tokens."""

from datetime import timedelta

import jwt
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from app.models import now
from app.settings import Settings

ALGORITHM = "HS256"
ISSUER = "blog"


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


class Tokens:
    """Signs and reads the tokens that users present after logging in."""

    def __init__(self, settings: Settings) -> None:
        """Take the key and the lifetime from the settings."""
        self._key = settings.signing_key()
        self.lifetime = timedelta(minutes=settings.token_minutes)

    def issue(self, user_id: int) -> str:
        """A token that says who its bearer is until it expires."""
        issued = now()
        claims = {"sub": str(user_id), "iss": ISSUER, "iat": issued, "exp": issued + self.lifetime}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def user_id(self, token: str) -> int | None:
        """Whose token it is; None when it is forged, expired or no token at all."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "iss", "sub"]},
            )
            return int(claims["sub"])
        except (jwt.InvalidTokenError, ValueError):
            return None
