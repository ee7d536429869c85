"""The layers around every request: its ID and its line in the log, its limits, and the headers of its answer."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.middleware.head import HeadRequests
from app.middleware.request_limits import RequestLimits
from app.middleware.request_log import RequestLog
from app.settings import Settings

# Answers are JSON, and a browser must not interpret a user's text as anything else. A Content-Security-Policy would
# protect one page, /docs, which loads its scripts from another host.
HEADERS = ((b"x-content-type-options", b"nosniff"),)
# Ignored over plain HTTP (RFC 6797, section 8.1), which a service without a domain uses.
STRICT_TRANSPORT = ((b"strict-transport-security", b"max-age=31536000"),)


def add_middleware(app: FastAPI, settings: Settings) -> None:
    """Put the layers around the application."""
    # The last is the outermost.
    app.add_middleware(
        RequestLimits,
        max_body_bytes=settings.max_body_bytes,
        max_held_bytes=settings.max_held_bytes,
        seconds=settings.request_timeout,
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Retry-After", "X-Request-Id"],
        )
    app.add_middleware(HeadRequests)
    app.add_middleware(RequestLog, headers=HEADERS + (STRICT_TRANSPORT if settings.production else ()))
