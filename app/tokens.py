"""The tokens that users present after logging in: JSON Web Tokens (RFC 7519) of exactly one form."""

import hashlib
from datetime import timedelta
from typing import Annotated, Literal

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.models import now
from app.schemas import LARGEST_ID
from app.settings import MAX_TOKEN_MINUTES, Settings

ALGORITHM = "HS256"
ISSUER = "blog"
# How far the clocks of two tasks may differ.
LEEWAY_SECONDS = 10


class _Header(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    alg: Literal["HS256"]
    typ: Literal["JWT"]
    kid: str


class _Claims(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    sub: Annotated[str, Field(pattern="^[1-9][0-9]{0,18}$")]
    iss: Literal["blog"]
    iat: int
    exp: int


def _key_id(key: str) -> str:
    # It identifies the key that signed, and reveals nothing about it: a key is 32 random bytes or more.
    return hashlib.sha256(b"kid" + key.encode()).hexdigest()[:16]


class Tokens:
    """Signs and reads them. Signs with one key and accepts two, so that a key can be replaced while tasks run."""

    def __init__(self, settings: Settings) -> None:
        """Take the keys and the lifetime from the settings."""
        self._key = settings.signing_key()
        self._keys = {_key_id(key): key for key in (self._key, *settings.accepted_keys())}
        self.lifetime = timedelta(minutes=settings.token_minutes)

    def issue(self, user_id: int) -> str:
        """A token that says who its bearer is until it expires."""
        issued = now()
        claims = {"sub": str(user_id), "iss": ISSUER, "iat": issued, "exp": issued + self.lifetime}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": _key_id(self._key)})

    def user_id(self, token: str) -> int | None:
        """Whose token it is; None if it is forged, expired or not of the form that `issue` gives it."""
        for key_id, key in self._keys.items():
            try:
                parts = jwt.decode_complete(token, key, [ALGORITHM], issuer=ISSUER, leeway=LEEWAY_SECONDS)
                header = _Header.model_validate(parts["header"])
                claims = _Claims.model_validate(parts["payload"])
            except jwt.InvalidSignatureError:
                continue
            except (jwt.InvalidTokenError, ValidationError):
                return None
            user_id, seconds = int(claims.sub), claims.exp - claims.iat
            ours = header.kid == key_id and user_id <= LARGEST_ID and seconds <= MAX_TOKEN_MINUTES * 60
            return user_id if ours else None
        return None
