"""Posts."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from app.database import AnyRow, CurrentDatabase, Transaction
from app.etags import NOT_MODIFIED, IfMatch, IfNoneMatch, require_match, versioned
from app.identity import CurrentUser, invalid_token, require_owner
from app.models import Post, User
from app.paging import Before, Limit, cut_page, page_parameters
from app.problems import documented
from app.schemas import Id, PostContent, PostDetail, PostPage

router = APIRouter(prefix="/posts", tags=["posts"])

# Statements are built once, because building one takes longer than running it; parameters hold what varies.
SUMMARIES = (
    select(Post.id, Post.title, Post.created_at, Post.updated_at, User.username, User.display_name)
    .join_from(Post, User)
    .where(Post.id < bindparam("before"))
    .order_by(Post.id.desc())
    .limit(bindparam("rows"))
)
POST = (
    select(Post.id, Post.title, Post.created_at, Post.updated_at, User.username, User.display_name)
    .add_columns(Post.body, Post.author_id)
    .join_from(Post, User)
    .where(Post.id == bindparam("post_id"))
)
# Locked until the transaction ends, but not FOR UPDATE, which would block new comments on the post.
LOCKED_POST = POST.with_for_update(of=Post, key_share=True)
NEW_POST = insert(Post).returning(Post.id, Post.created_at, Post.updated_at)
CHANGED_POST = update(Post).where(Post.id == bindparam("post_id")).returning(Post.updated_at)
DELETED_POST = delete(Post).where(Post.id == bindparam("post_id"))


def _summary(row: AnyRow) -> dict[str, object]:
    post_id, title, created_at, updated_at, username, display_name, *_ = row
    author = {"username": username, "display_name": display_name}
    return {"id": post_id, "title": title, "author": author, "created_at": created_at, "updated_at": updated_at}


def _detail(row: AnyRow) -> PostDetail:
    return PostDetail.model_validate({**_summary(row), "body": row.body})


def _only(rows: Sequence[AnyRow]) -> AnyRow:
    """The requested post, or 404."""
    if not rows:
        raise HTTPException(404, "there is no such post")
    return rows[0]


@router.get("")
async def list_posts(database: CurrentDatabase, before: Before = None, limit: Limit = 20) -> PostPage:
    """List posts, newest first."""
    found = await database.read(SUMMARIES, page_parameters(before, limit))
    rows, next_before = cut_page(found, limit)
    return PostPage.model_validate({"items": [_summary(row) for row in rows], "next_before": next_before})


@router.post("", status_code=201, response_model=PostDetail, responses=documented(401))
async def create_post(content: PostContent, user: CurrentUser, database: CurrentDatabase) -> Response:
    """Write a post."""
    try:
        (row,) = await database.write(NEW_POST, {"author_id": user.id, **content.model_dump()})
    except IntegrityError as error:  # the author has just deleted the account
        raise invalid_token() from error
    post = PostDetail.model_validate({**row._asdict(), **content.model_dump(), "author": user})
    return versioned(post, status_code=201)


@router.get("/{post_id}", response_model=PostDetail, responses=NOT_MODIFIED | documented(404))
async def read_post(post_id: Id, database: CurrentDatabase, if_none_match: IfNoneMatch = None) -> Response:
    """Read a post."""
    row = _only(await database.read(POST, {"post_id": post_id}))
    return versioned(_detail(row), if_none_match)


@router.put("/{post_id}", response_model=PostDetail, responses=documented(401, 403, 404, 412))
async def edit_post(
    post_id: Id, content: PostContent, user: CurrentUser, transaction: Transaction, if_match: IfMatch = None
) -> Response:
    """Replace a post's title and text. Only its author may."""
    row = _only((await transaction.execute(LOCKED_POST, {"post_id": post_id})).all())
    require_owner(user, row.author_id)
    require_match(if_match, post := _detail(row))
    changes = content.model_dump()
    updated_at = await transaction.scalar(CHANGED_POST, {"post_id": post_id, **changes})
    return versioned(post.model_copy(update={**changes, "updated_at": updated_at}))


@router.delete("/{post_id}", status_code=204, responses=documented(401, 403, 404, 412))
async def delete_post(post_id: Id, user: CurrentUser, transaction: Transaction, if_match: IfMatch = None) -> None:
    """Delete a post with its comments. Only its author may."""
    row = _only((await transaction.execute(LOCKED_POST, {"post_id": post_id})).all())
    require_owner(user, row.author_id)
    require_match(if_match, _detail(row))
    await transaction.execute(DELETED_POST, {"post_id": post_id})
