"""The yardsticks of the blog: the same four operations, written in four other ways, on the same tables.

`python -m benchmarks.app.yardsticks NAME PORT DATABASE_URL FILE` serves one of them with uvicorn:

orm      FastAPI with SQLAlchemy's async ORM, as in public examples: a session, entities, joined authors.
core     FastAPI with SQLAlchemy's Core on the async engine: statements built once, rows, the blog's models.
psycopg  FastAPI with psycopg's own pool and SQL, and the blog's models.
bare     FastAPI with a route that returns bytes it has, those of the file.

None of them has the blog's log, limits, problem documents, ETags or checks of connections.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.security import OAuth2PasswordBearer
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import BigInteger, DateTime, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncConnection as CoreConnection
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

from app.models import now
from app.paging import Before, Limit, cut_page, page_parameters
from app.routes.comments import COMMENTS, _fields
from app.routes.posts import NEW_POST, POST, SUMMARIES, _detail, _summary
from app.schemas import CommentPage, Id, PostContent, PostDetail, PostPage
from app.tokens import ALGORITHM

SECRET = "the secret of the benchmark's tokens"
POOL = 3  # the blog's own
BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


def user_id(token: str) -> int:
    """Whose token it is."""
    return int(jwt.decode(token, SECRET, algorithms=[ALGORITHM])["sub"])


class Base(DeclarativeBase):
    """The blog's tables as an example of the ORM has them."""

    type_annotation_map = {datetime: DateTime(timezone=True), int: BigInteger}  # noqa: RUF012 (SQLAlchemy's name)


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    display_name: Mapped[str]
    bio: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    author: Mapped[User] = relationship()


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    author: Mapped[User] = relationship()


def orm(url: str) -> FastAPI:
    """As in public examples: a session for each request, entities, and answers built from their attributes."""
    engine = create_async_engine(url.replace("postgresql:", "postgresql+psycopg:"), pool_size=POOL, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    async def get_session() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    session_dependency = Annotated[AsyncSession, Depends(get_session)]

    async def get_user(token: BearerToken, session: session_dependency) -> User:
        user = await session.get(User, user_id(token))
        if user is None:
            raise HTTPException(401)
        return user

    @app.get("/posts", response_model=PostPage)
    async def posts(session: session_dependency, before: Before = None, limit: Limit = 20) -> dict[str, Any]:
        query = select(Post).options(joinedload(Post.author)).order_by(Post.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(Post.id < before)
        items, next_before = cut_page((await session.scalars(query)).all(), limit)
        return {"items": items, "next_before": next_before}

    @app.get("/posts/{post_id}", response_model=PostDetail)
    async def post(post_id: Id, session: session_dependency) -> Post:
        found = await session.get(Post, post_id, options=[joinedload(Post.author)])
        if found is None:
            raise HTTPException(404)
        return found

    @app.get("/posts/{post_id}/comments", response_model=CommentPage)
    async def comments(
        post_id: Id, session: session_dependency, before: Before = None, limit: Limit = 20
    ) -> dict[str, Any]:
        query = select(Comment).options(joinedload(Comment.author)).where(Comment.post_id == post_id)
        query = query.order_by(Comment.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(Comment.id < before)
        items, next_before = cut_page((await session.scalars(query)).all(), limit)
        return {"items": items, "next_before": next_before}

    @app.post("/posts", status_code=201, response_model=PostDetail)
    async def create(
        content: PostContent, user: Annotated[User, Depends(get_user)], session: session_dependency
    ) -> Post:
        made = Post(author=user, title=content.title, body=content.body)
        session.add(made)
        await session.commit()
        return made

    return app


def core(url: str) -> FastAPI:
    """The blog's own statements and rows, and nothing else."""
    engine = create_async_engine(
        url.replace("postgresql:", "postgresql+psycopg:"),
        pool_size=POOL,
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
    )
    app = FastAPI()

    async def get_connection() -> AsyncIterator[CoreConnection]:
        async with engine.connect() as connection:
            yield connection

    connection_dependency = Annotated[CoreConnection, Depends(get_connection)]

    @app.get("/posts")
    async def posts(connection: connection_dependency, before: Before = None, limit: Limit = 20) -> PostPage:
        found = await connection.execute(SUMMARIES, page_parameters(before, limit))
        rows, next_before = cut_page(found.all(), limit)
        return PostPage.model_validate({"items": [_summary(row) for row in rows], "next_before": next_before})

    @app.get("/posts/{post_id}")
    async def post(post_id: Id, connection: connection_dependency) -> PostDetail:
        return _detail((await connection.execute(POST, {"post_id": post_id})).one())

    @app.get("/posts/{post_id}/comments")
    async def comments(
        post_id: Id, connection: connection_dependency, before: Before = None, limit: Limit = 20
    ) -> CommentPage:
        found = await connection.execute(COMMENTS, {"post_id": post_id, **page_parameters(before, limit)})
        rows, next_before = cut_page(found.all(), limit)
        return CommentPage.model_validate({"items": [_fields(row) for row in rows], "next_before": next_before})

    @app.post("/posts", status_code=201)
    async def create(content: PostContent, token: BearerToken) -> PostDetail:
        async with engine.begin() as connection:
            query = select(User.username, User.display_name).where(User.id == user_id(token))
            author = (await connection.execute(query)).one()
            row = (await connection.execute(NEW_POST, {"author_id": user_id(token), **content.model_dump()})).one()
        values = {**row._asdict(), **content.model_dump(), "author": author._asdict()}
        return PostDetail.model_validate(values)

    return app


POSTS_SQL = """SELECT posts.id, title, posts.created_at, updated_at, username, display_name
    FROM posts JOIN users ON users.id = author_id WHERE posts.id < %s ORDER BY posts.id DESC LIMIT %s"""
POST_SQL = """SELECT posts.id, title, body, posts.created_at, updated_at, username, display_name
    FROM posts JOIN users ON users.id = author_id WHERE posts.id = %s"""
COMMENTS_SQL = """SELECT comments.id, post_id, body, comments.created_at, updated_at, username, display_name
    FROM comments JOIN users ON users.id = author_id
    WHERE post_id = %s AND comments.id < %s ORDER BY comments.id DESC LIMIT %s"""
NEW_POST_SQL = """INSERT INTO posts (author_id, title, body, created_at, updated_at)
    VALUES (%(author)s, %(title)s, %(body)s, %(now)s, %(now)s) RETURNING id, created_at, updated_at"""


def with_author(row: dict[str, Any]) -> dict[str, Any]:
    """The row's fields, with those of its author in a separate mapping."""
    row["author"] = {"username": row.pop("username"), "display_name": row.pop("display_name")}
    return row


def page(rows: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """The fields of a page."""
    items = [with_author(row) for row in rows[:limit]]
    return {"items": items, "next_before": items[-1]["id"] if len(rows) > limit else None}


def psycopg(url: str) -> FastAPI:
    """The driver's own pool and SQL, with the blog's models."""
    options = {"autocommit": True, "row_factory": dict_row}
    pool = AsyncConnectionPool(url, min_size=POOL, max_size=POOL, open=False, kwargs=options)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=lifespan)

    async def get_connection() -> AsyncIterator[AsyncConnection[dict[str, Any]]]:
        async with pool.connection() as connection:
            yield connection  # type: ignore[misc] # of the row factory

    connection_dependency = Annotated[Any, Depends(get_connection)]

    @app.get("/posts")
    async def posts(connection: connection_dependency, before: Before = None, limit: Limit = 20) -> PostPage:
        found = await connection.execute(POSTS_SQL, (before or 2**63 - 1, limit + 1))
        return PostPage.model_validate(page(await found.fetchall(), limit))

    @app.get("/posts/{post_id}")
    async def post(post_id: Id, connection: connection_dependency) -> PostDetail:
        found = await (await connection.execute(POST_SQL, (post_id,))).fetchone()
        return PostDetail.model_validate(with_author(found))

    @app.get("/posts/{post_id}/comments")
    async def comments(
        post_id: Id, connection: connection_dependency, before: Before = None, limit: Limit = 20
    ) -> CommentPage:
        found = await connection.execute(COMMENTS_SQL, (post_id, before or 2**63 - 1, limit + 1))
        return CommentPage.model_validate(page(await found.fetchall(), limit))

    @app.post("/posts", status_code=201)
    async def create(content: PostContent, token: BearerToken, connection: connection_dependency) -> PostDetail:
        author_id = user_id(token)
        async with connection.transaction():
            query = "SELECT username, display_name FROM users WHERE id = %s"
            author = await (await connection.execute(query, (author_id,))).fetchone()
            values = {"author": author_id, "now": now(), **content.model_dump()}
            row = await (await connection.execute(NEW_POST_SQL, values)).fetchone()
        return PostDetail.model_validate({**row, **content.model_dump(), "author": author})

    return app


def bare(body: bytes) -> FastAPI:
    """The framework alone."""
    app = FastAPI()

    @app.get("/posts")
    async def posts() -> Response:
        return Response(body, media_type="application/json")

    return app


def main() -> None:
    """Serve the one that is named."""
    name, port, url, file = sys.argv[1:]
    app = bare(Path(file).read_bytes()) if name == "bare" else {"orm": orm, "core": core, "psycopg": psycopg}[name](url)

    @app.get("/health")
    async def health() -> None:
        return None

    uvicorn.run(app, port=int(port), access_log=False, log_level="error")


if __name__ == "__main__":
    main()
