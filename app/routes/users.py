"""Users: registration, log-in and one's own profile."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from app.attempts import LoginLimit
from app.database import CurrentDatabase, Writer
from app.identity import CurrentPasswords, CurrentTokens, CurrentUser
from app.models import User
from app.problems import documented
from app.schemas import PRINTABLE, Account, NewUser, Profile, Token

router = APIRouter(tags=["users"])


class LoginForm(BaseModel):
    """The form of OAuth2's password flow (RFC 6749, section 4.3.2); a client's own fields are allowed."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Annotated[str | None, Field(pattern="^(password)?$", examples=["password"])] = None
    username: Annotated[str, Field(max_length=128, pattern=PRINTABLE, examples=["ada"])]
    password: Annotated[SecretStr, Field(max_length=128, examples=["correct horse battery"])]


@router.post("/users", status_code=201, responses=documented(409))
async def register(new: NewUser, session: Writer, passwords: CurrentPasswords) -> Account:
    """Make a user."""
    user = User(
        username=new.username,
        display_name=new.display_name,
        bio="",
        password_hash=await passwords.hash(new.password),
    )
    session.add(user)
    try:
        await session.flush()
    except IntegrityError as error:
        raise HTTPException(409, "this user name is taken") from error
    return Account.model_validate(user)


@router.post("/token", responses=documented(401, 429))
async def log_in(
    form: Annotated[LoginForm, Form()],
    request: Request,
    database: CurrentDatabase,
    passwords: CurrentPasswords,
    tokens: CurrentTokens,
) -> Token:
    """Exchange a user name and password for a token (OAuth2 password flow)."""
    limit: LoginLimit = request.app.state.login_limit
    address = request.client.host if request.client else ""
    async with database.write.begin() as session:
        allowed = await limit.allows(session, form.username, address)
        user = await session.scalar(select(User).where(User.username == form.username)) if allowed else None
    if not allowed:
        wait = str(int(limit.window.total_seconds()))
        raise HTTPException(429, "too many attempts to log in", headers={"Retry-After": wait})
    # Between the two sessions, not within one: a connection should not wait for a password's hash.
    if not await passwords.verify(user.password_hash if user else None, form.password) or user is None:
        raise HTTPException(401, "wrong user name or password", headers={"WWW-Authenticate": "Bearer"})
    async with database.write.begin() as session:
        await limit.succeeded(session, form.username, address)
    return Token(access_token=tokens.issue(user.id), expires_in=int(tokens.lifetime.total_seconds()))


@router.get("/users/me", responses=documented(401))
async def read_profile(user: CurrentUser) -> Account:
    """Read one's own profile."""
    return Account.model_validate(user)


@router.put("/users/me", responses=documented(401))
async def edit_profile(profile: Profile, user: CurrentUser) -> Account:
    """Replace what one says of oneself."""
    user.display_name, user.bio = profile.display_name, profile.bio
    return Account.model_validate(user)
