"""The tokens that users present after logging in."""

from datetime import timedelta

import jwt

from app.models import now
from app.settings import Settings

ALGORITHM = "HS256"
ISSUER = "blog"


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
