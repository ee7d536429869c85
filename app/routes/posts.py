"""Posts."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload
from starlette.exceptions import HTTPException

from app.database import Reader, Writer
from app.identity import CurrentUser, require_owner
from app.models import Post, User
from app.paging import Before, Limit, cut_page
from app.problems import documented
from app.schemas import Author, Id, PostContent, PostDetail, PostPage, PostSummary

router = APIRouter(prefix="/posts", tags=["posts"])

WITH_AUTHOR = joinedload(Post.author).load_only(User.username, User.display_name)


# The list is what is read most, so it takes columns and leaves out what makes objects of them.
SUMMARIES = (
    select(Post.id, Post.title, Post.created_at, Post.updated_at, User.username, User.display_name)
    .join(Post.author)
    .order_by(Post.id.desc())
)


def _summary(row: Row[int, str, datetime, datetime, str, str]) -> PostSummary:
    post_id, title, created_at, updated_at, username, display_name = row
    author = Author(username=username, display_name=display_name)
    return PostSummary(id=post_id, title=title, author=author, created_at=created_at, updated_at=updated_at)


async def find_post(session: AsyncSession, post_id: int, *, lock: bool = False) -> Post:
    """The post with this key and its author, or 404. Who will change it locks it against being deleted."""
    post = await session.get(Post, post_id, options=[WITH_AUTHOR], with_for_update={"of": Post} if lock else None)
    if post is None:
        raise HTTPException(404, "there is no such post")
    return post


@router.get("")
async def list_posts(session: Reader, before: Before = None, limit: Limit = 20) -> PostPage:
    """List posts, newest first."""
    newest = SUMMARIES.limit(limit + 1)
    if before is not None:
        newest = newest.where(Post.id < before)
    rows, next_before = cut_page((await session.execute(newest)).all(), limit)
    return PostPage(items=[_summary(row) for row in rows], next_before=next_before)


@router.post("", status_code=201, responses=documented(401))
async def create_post(content: PostContent, user: CurrentUser, session: Writer) -> PostDetail:
    """Write a post."""
    post = Post(author=user, title=content.title, body=content.body)
    session.add(post)
    await session.flush()
    return PostDetail.model_validate(post)


@router.get("/{post_id}", responses=documented(404))
async def read_post(post_id: Id, session: Reader) -> PostDetail:
    """Read a post."""
    return PostDetail.model_validate(await find_post(session, post_id))


@router.put("/{post_id}", responses=documented(401, 403, 404))
async def edit_post(post_id: Id, content: PostContent, user: CurrentUser, session: Writer) -> PostDetail:
    """Replace a post's title and text. Only its author may."""
    post = await find_post(session, post_id, lock=True)
    require_owner(user, post.author_id)
    post.title, post.body = content.title, content.body
    await session.flush()
    return PostDetail.model_validate(post)


@router.delete("/{post_id}", status_code=204, responses=documented(401, 403, 404))
async def delete_post(post_id: Id, user: CurrentUser, session: Writer) -> None:
    """Delete a post with its comments. Only its author may."""
    require_owner(user, (await find_post(session, post_id)).author_id)
    await session.execute(delete(Post).where(Post.id == post_id))
