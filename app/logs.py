"""The log: one JSON object a line on standard output, each with the id of the request it belongs to."""

import json
import logging
import re
import sys
import time
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import problem_response

access_logger = logging.getLogger("app.access")
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# What the load balancer writes into X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678, where a client
# may have sent one first. Only this form is taken over: the id ends up in every line of the log.
TRACE_ID = re.compile(r"(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON, a traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line for this record."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current := request_id.get()) is not None:
            entry["request_id"] = current
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure_logging(level: str) -> None:
    """Send every library's records to standard output as JSON, from this level on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # When debugging it would write out every statement's parameters, password hashes among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)


def _trace_id(scope: Scope) -> str:
    found = TRACE_ID.search(Headers(scope=scope).get("x-amzn-trace-id", ""))
    return found[1] if found else uuid.uuid4().hex


class RequestLog:
    """Outermost layer: names the request, writes its line, and turns a bug into a 500 that says nothing."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and log how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        identity = _trace_id(scope)
        token = request_id.set(identity)
        status = 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = identity
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception:  # the last place before the server, which would answer in plain text
            access_logger.exception("unhandled error")
            if status == 0:
                await problem_response(500)(scope, receive, send_named)
        finally:
            # The template, not the path: paths hold what users type, and would make a metric of each post.
            route = scope.get("route")
            fields = {
                "method": scope["method"],
                "path": getattr(route, "path", None),
                "status": status,
                "duration_ms": round((time.perf_counter() - started) * 1000, 2),
            }
            access_logger.info("request", extra={"fields": fields})
            request_id.reset(token)
