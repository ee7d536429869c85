"""Who sends a request: a bearer token, or a user name and password."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import SecretStr
from sqlalchemy import bindparam, select, update
from starlette.exceptions import HTTPException

from app.addresses import ClientAddress
from app.attempts import Attempts
from app.database import CurrentDatabase, get_database
from app.models import User
from app.passwords import Passwords
from app.schemas import Account
from app.tokens import Tokens

BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]

ACCOUNT = select(User.id, User.username, User.display_name, User.bio, User.created_at).where(
    User.id == bindparam("user_id")
)
PASSWORD = select(User.id, User.password_hash).where(User.username == bindparam("name"))
NEW_PASSWORD = update(User).where(User.id == bindparam("user_id"))


def invalid_token() -> HTTPException:
    """The error for an invalid token."""
    return HTTPException(401, "the token is not valid", headers={"WWW-Authenticate": "Bearer"})


def get_tokens(request: Request) -> Tokens:
    """The application's signer of tokens."""
    tokens: Tokens = request.app.state.tokens
    return tokens


async def _tokens(request: Request) -> Tokens:
    return get_tokens(request)


async def get_passwords(request: Request) -> Passwords:
    """The application's hasher of passwords."""
    passwords: Passwords = request.app.state.passwords
    return passwords


async def get_attempts(request: Request) -> Attempts:
    """The application's count of attempts."""
    attempts: Attempts = request.app.state.attempts
    return attempts


CurrentTokens = Annotated[Tokens, Depends(_tokens)]
CurrentPasswords = Annotated[Passwords, Depends(get_passwords)]
CurrentAttempts = Annotated[Attempts, Depends(get_attempts)]


async def _current_user(request: Request, token: BearerToken) -> Account:
    user_id = get_tokens(request).user_id(token)
    if user_id is None:
        raise invalid_token()
    rows = await get_database(request).read(ACCOUNT, {"user_id": user_id})
    if not rows:
        raise invalid_token()
    return Account.model_validate(rows[0])


CurrentUser = Annotated[Account, Depends(_current_user)]


def require_owner(user: Account, author_id: int) -> None:
    """Refuse a change by anybody but the author."""
    if user.id != author_id:
        raise HTTPException(403, "only its author may do this")


class PasswordCheck:
    """Whether a password is a user's, within the limits on attempts."""

    def __init__(
        self, database: CurrentDatabase, passwords: CurrentPasswords, attempts: CurrentAttempts, address: ClientAddress
    ) -> None:
        """Take what the request has."""
        self._database, self._passwords, self._attempts, self._address = database, passwords, attempts, address

    async def user_id(self, username: str, password: SecretStr) -> int | None:
        """The user with this user name and password; None if they are wrong. 429 after too many attempts."""
        counters = self._attempts.of_log_in(username, self._address)
        with self._passwords.log_ins.place():
            await self._attempts.count(self._database, counters)
            rows = await self._database.read(PASSWORD, {"name": username})
            user = rows[0] if rows else None
            check = await self._passwords.verify(user.password_hash if user else None, password)
        if user is None or not check.matches:
            return None
        await self._attempts.forgive(self._database, counters)
        if check.new_hash is not None:
            await self._database.write(NEW_PASSWORD, {"user_id": user.id, "password_hash": check.new_hash})
        user_id: int = user.id
        return user_id
