"""Who sends a request: the bearer token, read into a user."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from starlette.exceptions import HTTPException

from app.database import Writer
from app.models import User
from app.passwords import Passwords
from app.tokens import Tokens

BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


async def get_tokens(request: Request) -> Tokens:
    """The application's signer of tokens."""
    tokens: Tokens = request.app.state.tokens
    return tokens


async def get_passwords(request: Request) -> Passwords:
    """The application's hasher of passwords."""
    passwords: Passwords = request.app.state.passwords
    return passwords


CurrentTokens = Annotated[Tokens, Depends(get_tokens)]
CurrentPasswords = Annotated[Passwords, Depends(get_passwords)]


async def _current_user(token: BearerToken, tokens: CurrentTokens, session: Writer) -> User:
    user_id = tokens.user_id(token)
    user = await session.get(User, user_id) if user_id is not None else None
    if user is None:
        raise HTTPException(401, "the token is not valid", headers={"WWW-Authenticate": "Bearer"})
    return user


# By the same session as the handler's own, so that a request never holds two connections of a small pool.
CurrentUser = Annotated[User, Depends(_current_user, scope="function")]


def require_owner(user: User, author_id: int) -> None:
    """Refuse to let anybody but its author change something."""
    if user.id != author_id:
        raise HTTPException(403, "only its author may do this")
