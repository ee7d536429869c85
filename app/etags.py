"""Versions of resources (RFC 9110, sections 8.8.3 and 13), so that nobody overwrites a change they have not seen."""

import hashlib
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

IfMatch = Annotated[
    str | None,
    Header(max_length=1000, description="The ETag that was read. If there is a newer version, nothing changes: 412."),
]
IfNoneMatch = Annotated[
    str | None,
    Header(max_length=1000, description="The ETag of a copy. If it is the newest version, the answer is 304."),
]
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The copy is the newest version."}}


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _names(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (part.strip() for part in header.split(","))


def require_match(if_match: str | None, present: BaseModel) -> None:
    """Refuse a change with 412 if the client has not seen the current version."""
    if if_match is not None and not _names(if_match, _etag(present.model_dump_json().encode())):
        raise HTTPException(412, "there is a newer version")


def versioned(content: BaseModel, if_none_match: str | None = None, status_code: int = 200) -> Response:
    """The answer with this content and its ETag; 304 without the content if the client has it already."""
    body = content.model_dump_json().encode()
    tag = _etag(body)
    # Clients may cache it, but must revalidate it each time: somebody else may have changed it.
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    # Weak and strong are equal here (RFC 9110, section 13.1.2): a proxy that compresses makes ours weak.
    if if_none_match is not None and _names(if_none_match.replace("W/", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, status_code, headers, media_type="application/json")
