"""Comments on posts."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from app.database import AnyRow, CurrentDatabase, Transaction
from app.etags import NOT_MODIFIED, IfMatch, IfNoneMatch, require_match, versioned
from app.identity import CurrentUser, require_owner
from app.models import Comment, Post, User
from app.paging import Before, Limit, cut_page, page_parameters
from app.problems import documented
from app.schemas import CommentContent, CommentDetail, CommentPage, Id

router = APIRouter(prefix="/posts/{post_id}/comments", tags=["comments"])

COLUMNS = (Comment.id, Comment.post_id, Comment.body, Comment.created_at, Comment.updated_at)
WITH_AUTHOR = select(*COLUMNS, User.username, User.display_name, Comment.author_id).join_from(Comment, User)
COMMENTS = (
    WITH_AUTHOR.where(Comment.post_id == bindparam("post_id"), Comment.id < bindparam("before"))
    .order_by(Comment.id.desc())
    .limit(bindparam("rows"))
)
POST_EXISTS = select(Post.id).where(Post.id == bindparam("post_id"))
COMMENT = WITH_AUTHOR.where(Comment.id == bindparam("comment_id"), Comment.post_id == bindparam("post_id"))
LOCKED_COMMENT = COMMENT.with_for_update(of=Comment, key_share=True)
NEW_COMMENT = insert(Comment).returning(Comment.id, Comment.created_at, Comment.updated_at)
CHANGED_COMMENT = update(Comment).where(Comment.id == bindparam("comment_id")).returning(Comment.updated_at)
DELETED_COMMENT = delete(Comment).where(Comment.id == bindparam("comment_id"))


def _fields(row: AnyRow) -> dict[str, object]:
    comment_id, post_id, body, created_at, updated_at, username, display_name, _ = row
    author = {"username": username, "display_name": display_name}
    times = {"created_at": created_at, "updated_at": updated_at}
    return {"id": comment_id, "post_id": post_id, "body": body, "author": author, **times}


def _detail(row: AnyRow) -> CommentDetail:
    return CommentDetail.model_validate(_fields(row))


def _only(rows: Sequence[AnyRow]) -> AnyRow:
    """The requested comment, or 404."""
    if not rows:
        raise HTTPException(404, "there is no such comment")
    return rows[0]


@router.get("", responses=documented(404))
async def list_comments(
    post_id: Id, database: CurrentDatabase, before: Before = None, limit: Limit = 20
) -> CommentPage:
    """List a post's comments, newest first."""
    found = await database.read(COMMENTS, {"post_id": post_id, **page_parameters(before, limit)})
    rows, next_before = cut_page(found, limit)
    if not rows and not await database.read(POST_EXISTS, {"post_id": post_id}):
        raise HTTPException(404, "there is no such post")
    return CommentPage.model_validate({"items": [_fields(row) for row in rows], "next_before": next_before})


@router.post("", status_code=201, response_model=CommentDetail, responses=documented(401, 404))
async def create_comment(
    post_id: Id, content: CommentContent, user: CurrentUser, database: CurrentDatabase
) -> Response:
    """Comment on a post."""
    values = {"post_id": post_id, "body": content.body}
    try:
        (row,) = await database.write(NEW_COMMENT, {"author_id": user.id, **values})
    except IntegrityError as error:  # the post does not exist, or has just been deleted
        raise HTTPException(404, "there is no such post") from error
    comment = CommentDetail.model_validate({**row._asdict(), **values, "author": user})
    return versioned(comment, status_code=201)


@router.get("/{comment_id}", response_model=CommentDetail, responses=NOT_MODIFIED | documented(404))
async def read_comment(
    post_id: Id, comment_id: Id, database: CurrentDatabase, if_none_match: IfNoneMatch = None
) -> Response:
    """Read a comment."""
    row = _only(await database.read(COMMENT, {"post_id": post_id, "comment_id": comment_id}))
    return versioned(_detail(row), if_none_match)


@router.put("/{comment_id}", response_model=CommentDetail, responses=documented(401, 403, 404, 412))
async def edit_comment(
    post_id: Id,
    comment_id: Id,
    content: CommentContent,
    user: CurrentUser,
    transaction: Transaction,
    if_match: IfMatch = None,
) -> Response:
    """Replace a comment's text. Only its author may."""
    keys = {"post_id": post_id, "comment_id": comment_id}
    row = _only((await transaction.execute(LOCKED_COMMENT, keys)).all())
    require_owner(user, row.author_id)
    require_match(if_match, comment := _detail(row))
    updated_at = await transaction.scalar(CHANGED_COMMENT, {"comment_id": comment_id, "body": content.body})
    return versioned(comment.model_copy(update={"body": content.body, "updated_at": updated_at}))


@router.delete("/{comment_id}", status_code=204, responses=documented(401, 403, 404, 412))
async def delete_comment(
    post_id: Id, comment_id: Id, user: CurrentUser, transaction: Transaction, if_match: IfMatch = None
) -> None:
    """Delete a comment. Only its author may."""
    keys = {"post_id": post_id, "comment_id": comment_id}
    row = _only((await transaction.execute(LOCKED_COMMENT, keys)).all())
    require_owner(user, row.author_id)
    require_match(if_match, _detail(row))
    await transaction.execute(DELETED_COMMENT, {"comment_id": comment_id})
