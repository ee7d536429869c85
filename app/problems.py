"""Errors as problem details, RFC 9457: one shape and one media type for every answer that is not a success."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "5"


class FieldProblem(BaseModel):
    """The error in one part of a request."""

    location: list[str | int] = Field(examples=[["body", "title"]])
    detail: str = Field(examples=["String should have at least 1 character"])


class Problem(BaseModel):
    """Why a request failed (RFC 9457)."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str | None = Field(default=None, examples=["there is no such post"])
    errors: list[FieldProblem] | None = Field(default=None, examples=[None])


def problem_response(
    status: int,
    detail: str | None = None,
    *,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The answer with this problem."""
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The entries of these statuses in an operation's `responses` in the OpenAPI document."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    example = {"type": "about:blank", "title": phrase, "status": status}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": phrase, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


# Starlette types a handler's second argument as any exception; the assertions narrow it to what it is called with.
async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods(request, headers.get("Allow", "")))
        if request.method == "OPTIONS":  # RFC 9110, section 9.3.7: not a problem, but the question itself
            return Response(status_code=204, headers=headers)
    phrase = HTTPStatus(error.status_code).phrase
    detail = None if error.detail == phrase else error.detail
    return problem_response(error.status_code, detail, headers=headers)


def _methods(request: Request, allowed: str) -> list[str]:
    # RFC 9110 requires all methods of the resource; the framework's own header lists those of one operation.
    path = getattr(request.scope.get("route"), "path", None)
    methods = {"OPTIONS", *allowed.split(", "), *map(str.upper, request.app.openapi()["paths"].get(path, ()))}
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)


async def _validation_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Only position and message: the input may be a password, or text that cannot be returned at all.
    errors = [FieldProblem(location=list(item["loc"]), detail=item["msg"]) for item in error.errors()]
    return problem_response(422, "the request does not match its schema", errors=errors)


def log_database_error(error: BaseException) -> None:
    """Log the error's class and state, but not its text, which may contain values of parameters."""
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    fields = {"error": type(cause).__name__, "sqlstate": state}
    logger.warning("the database does not answer: %s", type(error).__name__, extra={"fields": fields})


async def _database_problem(_request: Request, error: Exception) -> JSONResponse:
    log_database_error(error)
    return problem_response(503, "the database does not answer", headers={"Retry-After": RETRY_SECONDS})


def install_problem_handlers(app: FastAPI) -> None:
    """Return every error of this application as a problem document, and describe it in the OpenAPI document."""
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    for unavailable in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(unavailable, _database_problem)

    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"].update(schema.pop("$defs"), Problem=schema)
        return document

    # FastAPI's own way to extend the document.
    app.openapi = openapi  # type: ignore[method-assign]
