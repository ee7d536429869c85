"""Users: registration, log-in and the user's own account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from app.addresses import ClientAddress
from app.database import CurrentDatabase, Transaction
from app.etags import NOT_MODIFIED, IfMatch, IfNoneMatch, require_match, versioned
from app.identity import (
    ACCOUNT,
    NEW_PASSWORD,
    CurrentAttempts,
    CurrentPasswords,
    CurrentTokens,
    CurrentUser,
    PasswordCheck,
    invalid_token,
)
from app.models import User
from app.problems import documented
from app.schemas import PRINTABLE, Account, NewUser, PasswordChange, Profile, Token

router = APIRouter(tags=["users"])

NEW_USER = insert(User).returning(User.id, User.created_at)
LOCKED_ACCOUNT = ACCOUNT.with_for_update(key_share=True)
CHANGED_USER = update(User).where(User.id == bindparam("user_id"))
DELETED_USER = delete(User).where(User.id == bindparam("user_id"))

CurrentPasswordCheck = Annotated[PasswordCheck, Depends(PasswordCheck)]


class LoginForm(BaseModel):
    """The form of OAuth2's password flow (RFC 6749, section 4.3.2); a client's own fields are allowed."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Annotated[str | None, Field(pattern="^(password)?$", examples=["password"])] = None
    username: Annotated[str, Field(max_length=128, pattern=PRINTABLE, examples=["ada"])]
    password: Annotated[SecretStr, Field(max_length=128, examples=["correct horse battery"])]


@router.post("/users", status_code=201, responses=documented(409, 429))
async def register(
    new: NewUser,
    address: ClientAddress,
    database: CurrentDatabase,
    passwords: CurrentPasswords,
    attempts: CurrentAttempts,
) -> Account:
    """Register a user."""
    with passwords.registrations.place():
        await attempts.count(database, attempts.of_registration(address))
        password_hash = await passwords.hash(new.password)
    values = {"username": new.username, "display_name": new.display_name, "bio": ""}
    try:
        (row,) = await database.write(NEW_USER, {**values, "password_hash": password_hash})
    except IntegrityError as error:
        raise HTTPException(409, "this user name is taken") from error
    return Account.model_validate({**row._asdict(), **values})


@router.post("/token", responses=documented(401, 429))
async def log_in(
    form: Annotated[LoginForm, Form()], check: CurrentPasswordCheck, tokens: CurrentTokens, response: Response
) -> Token:
    """Exchange a user name and password for a token (OAuth2 password flow)."""
    user_id = await check.user_id(form.username, form.password)
    if user_id is None:
        raise HTTPException(401, "wrong user name or password", headers={"WWW-Authenticate": "Bearer"})
    response.headers["Cache-Control"] = "no-store"  # RFC 6749, section 5.1
    return Token(access_token=tokens.issue(user_id), expires_in=int(tokens.lifetime.total_seconds()))


@router.get("/users/me", response_model=Account, responses=NOT_MODIFIED | documented(401))
async def read_profile(user: CurrentUser, if_none_match: IfNoneMatch = None) -> Response:
    """Read your own profile."""
    return versioned(user, if_none_match)


@router.put("/users/me", response_model=Account, responses=documented(401, 412))
async def edit_profile(
    profile: Profile, user: CurrentUser, transaction: Transaction, if_match: IfMatch = None
) -> Response:
    """Replace your own profile."""
    row = (await transaction.execute(LOCKED_ACCOUNT, {"user_id": user.id})).one_or_none()
    if row is None:  # the account has just been deleted
        raise invalid_token()
    require_match(if_match, account := Account.model_validate(row))
    changes = profile.model_dump()
    await transaction.execute(CHANGED_USER, {"user_id": user.id, **changes})
    return versioned(account.model_copy(update=changes))


@router.put("/users/me/password", status_code=204, responses=documented(401, 403, 429))
async def change_password(
    change: PasswordChange,
    user: CurrentUser,
    check: CurrentPasswordCheck,
    passwords: CurrentPasswords,
    database: CurrentDatabase,
) -> None:
    """Replace your password. Tokens that were issued before stay valid until they expire."""
    if await check.user_id(user.username, change.current_password) is None:
        raise HTTPException(403, "the current password is wrong")
    password_hash = await passwords.hash(change.new_password)
    await database.write(NEW_PASSWORD, {"user_id": user.id, "password_hash": password_hash})


@router.delete("/users/me", status_code=204, responses=documented(401))
async def delete_account(user: CurrentUser, database: CurrentDatabase) -> None:
    """Delete your account with all posts and comments, permanently."""
    await database.write(DELETED_USER, {"user_id": user.id})
