"""Each request's ID, its line in the log, and the answer to a bug."""

import logging
import re
import time
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware.logs import request_ids
from app.problems import problem_response

access_logger = logging.getLogger("app.access")

# The load balancer's value of X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678; a client may have sent
# its own first. Only this form is accepted, because it is in every line of the log.
TRACE_ID = re.compile(rb"(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")


def _ids(scope: Scope) -> dict[str, str]:
    ids = {"request_id": uuid.uuid4().hex}
    for name, value in scope["headers"]:
        if name == b"x-amzn-trace-id" and (found := TRACE_ID.search(value)):
            ids["trace_id"] = found[1].decode()
    return ids


class RequestLog:
    """Outermost layer: gives the request an ID, writes its line, and answers a bug with a 500 without details."""

    def __init__(self, app: ASGIApp, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Wrap the application; every answer gets these headers and its request's id."""
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and log the result."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        ids = _ids(scope)
        token = request_ids.set(ids)
        status = 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self.headers, (b"x-request-id", ids["request_id"].encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception:  # the last layer before the server, which would answer in plain text
            access_logger.exception("unhandled error")
            if status == 0:
                await problem_response(500)(scope, receive, send_named)
        finally:
            # The template, not the path: paths contain users' input, and each post would become a metric of its own.
            route = scope.get("route")
            fields = {
                "method": scope["method"],
                "path": getattr(route, "path", None),
                "status": status,
                "duration_ms": round((time.perf_counter() - started) * 1000, 2),
            }
            access_logger.info("request", extra={"fields": fields})
            request_ids.reset(token)
