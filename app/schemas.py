"""The data of requests and responses."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

# Keys are 64-bit in the database; no key is larger.
LARGEST_ID = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=LARGEST_ID, examples=[42])]
# No control characters except tab and line ends: PostgreSQL cannot store NUL, and nobody needs the others.
PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Username = Annotated[
    str, Field(min_length=3, max_length=32, pattern="^[a-z0-9_]+$", examples=["ada"], description="Lower case.")
]
Password = Annotated[SecretStr, Field(min_length=10, max_length=128, examples=["correct horse battery"])]
DisplayName = Annotated[str, Field(min_length=1, max_length=80, pattern=PRINTABLE, examples=["Ada Lovelace"])]
Bio = Annotated[str, Field(max_length=500, pattern=PRINTABLE, examples=["I write about engines."])]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE, examples=["Notes"])]
PostBody = Annotated[str, Field(min_length=1, max_length=20_000, pattern=PRINTABLE, examples=["It weaves."])]
CommentBody = Annotated[str, Field(min_length=1, max_length=2_000, pattern=PRINTABLE, examples=["Well said."])]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Output(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NewUser(_Input):
    """A new user."""

    username: Username
    password: Password
    display_name: DisplayName


class Profile(_Input):
    """A user's own description."""

    display_name: DisplayName
    bio: Bio = ""


class PasswordChange(_Input):
    """A new password, and proof that the old one is known."""

    current_password: Annotated[SecretStr, Field(max_length=128, examples=["correct horse battery"])]
    new_password: Password


class Author(_Output):
    """The author of something."""

    username: Username
    display_name: DisplayName


class Account(Author):
    """A user, as the user sees it."""

    id: Id
    bio: Bio
    created_at: datetime


class Token(BaseModel):
    """A token to send as `Authorization: Bearer ...`."""

    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"])
    token_type: str = Field(default="bearer", examples=["bearer"])
    expires_in: int = Field(description="Seconds.", examples=[900])


class PostContent(_Input):
    """A new or changed post."""

    title: Title
    body: PostBody


class PostSummary(_Output):
    """A post in the list, without its text."""

    id: Id
    title: Title
    author: Author
    created_at: datetime
    updated_at: datetime


class PostDetail(PostSummary):
    """A post with its text."""

    body: PostBody


class CommentContent(_Input):
    """A new or changed comment."""

    body: CommentBody


class CommentDetail(_Output):
    """A comment."""

    id: Id
    post_id: Id
    body: CommentBody
    author: Author
    created_at: datetime
    updated_at: datetime


class PostPage(BaseModel):
    """A page of posts, newest first."""

    items: list[PostSummary]
    next_before: Id | None = Field(description="Send it as `before` for the next page; null on the last.")


class CommentPage(BaseModel):
    """A page of comments, newest first."""

    items: list[CommentDetail]
    next_before: Id | None = Field(description="Send it as `before` for the next page; null on the last.")
