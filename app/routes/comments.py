"""Comments on posts."""

from fastapi import APIRouter
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload
from starlette.exceptions import HTTPException

from app.database import Reader, Writer
from app.identity import CurrentUser, require_owner
from app.models import Comment, User
from app.paging import Before, Limit, cut_page
from app.problems import documented
from app.routes.posts import find_post
from app.schemas import CommentContent, CommentDetail, CommentPage, Id

router = APIRouter(prefix="/posts/{post_id}/comments", tags=["comments"])

WITH_AUTHOR = joinedload(Comment.author).load_only(User.username, User.display_name)


async def find_comment(session: AsyncSession, post_id: int, comment_id: int, *, lock: bool = False) -> Comment:
    """The comment with this key on this post and its author, or 404. Who will change it locks it."""
    comment = await session.get(
        Comment, comment_id, options=[WITH_AUTHOR], with_for_update={"of": Comment} if lock else None
    )
    if comment is None or comment.post_id != post_id:
        raise HTTPException(404, "there is no such comment")
    return comment


@router.get("", responses=documented(404))
async def list_comments(post_id: Id, session: Reader, before: Before = None, limit: Limit = 20) -> CommentPage:
    """List a post's comments, newest first."""
    await find_post(session, post_id)
    newest = select(Comment).options(WITH_AUTHOR).where(Comment.post_id == post_id)
    newest = newest.order_by(Comment.id.desc()).limit(limit + 1)
    if before is not None:
        newest = newest.where(Comment.id < before)
    comments, next_before = cut_page((await session.scalars(newest)).all(), limit)
    return CommentPage(items=[CommentDetail.model_validate(comment) for comment in comments], next_before=next_before)


@router.post("", status_code=201, responses=documented(401, 404))
async def create_comment(post_id: Id, content: CommentContent, user: CurrentUser, session: Writer) -> CommentDetail:
    """Comment on a post."""
    comment = Comment(post_id=post_id, author=user, body=content.body)
    session.add(comment)
    try:
        await session.flush()
    except IntegrityError as error:  # there is no such post, or not any more
        raise HTTPException(404, "there is no such post") from error
    return CommentDetail.model_validate(comment)


@router.get("/{comment_id}", responses=documented(404))
async def read_comment(post_id: Id, comment_id: Id, session: Reader) -> CommentDetail:
    """Read a comment."""
    return CommentDetail.model_validate(await find_comment(session, post_id, comment_id))


@router.put("/{comment_id}", responses=documented(401, 403, 404))
async def edit_comment(
    post_id: Id, comment_id: Id, content: CommentContent, user: CurrentUser, session: Writer
) -> CommentDetail:
    """Replace a comment's text. Only its author may."""
    comment = await find_comment(session, post_id, comment_id, lock=True)
    require_owner(user, comment.author_id)
    comment.body = content.body
    await session.flush()
    return CommentDetail.model_validate(comment)


@router.delete("/{comment_id}", status_code=204, responses=documented(401, 403, 404))
async def delete_comment(post_id: Id, comment_id: Id, user: CurrentUser, session: Writer) -> None:
    """Delete a comment. Only its author may."""
    comment = await find_comment(session, post_id, comment_id)
    require_owner(user, comment.author_id)
    await session.execute(delete(Comment).where(Comment.id == comment_id))
