"""Limits on requests: bytes of body, for each and for all together, and seconds."""

import asyncio
import logging

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import RETRY_SECONDS, problem_response

logger = logging.getLogger(__name__)


class RequestLimits:
    """Answers 413 to a body that is too long, 408 to one that is too slow, 503 if the service is too slow or too full.

    FastAPI has `max_body_size`, but it answers in plain text, and limits neither the time nor all bodies together.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int, max_held_bytes: int, seconds: float) -> None:
        """Wrap the application."""
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.free_bytes = max_held_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within the limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Request(self, receive, send)
        length = Headers(scope=scope).get("content-length", "0")
        if length.isdecimal() and int(length) > self.max_body_bytes:
            await request.refuse(scope, 413)
            return
        # A separate task, because cancelling alone is not enough: a query that is cancelled on a server
        # that does not answer keeps waiting for its answer, and the client would wait with it.
        task = asyncio.ensure_future(self.app(scope, request.receive, request.send))
        try:
            await asyncio.wait({task}, timeout=self.seconds)
        finally:
            self.free_bytes += request.held
            if not task.done():
                task.cancel()
        if task.done():
            task.result()
        else:
            task.add_done_callback(_retrieve)
            await request.refuse(scope, 408 if request.reading else 503)


def _retrieve(task: asyncio.Future[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.info("an abandoned request has ended: %s", type(error).__name__)


class _Request:
    """One request's two channels, watched."""

    def __init__(self, limits: RequestLimits, receive: Receive, send: Send) -> None:
        self._limits = limits
        self._receive = receive
        self._send = send
        self._started = False
        self._refused = False
        self.held = 0
        self.reading = False

    async def receive(self) -> Message:
        self.reading = True
        message = await self._receive()
        self.reading = False
        if message["type"] == "http.request" and not self._refused:
            size = len(message.get("body", b""))
            self.held += size
            self._limits.free_bytes -= size
            if self.held > self._limits.max_body_bytes:
                raise HTTPException(413)
            if self._limits.free_bytes < 0:
                raise HTTPException(503, "too many bodies at once", headers={"Retry-After": RETRY_SECONDS})
        return message

    async def send(self, message: Message) -> None:
        if not self._refused:
            self._started = True
            await self._send(message)

    async def refuse(self, scope: Scope, status: int) -> None:
        """Answer with this problem, unless an answer has been started already; the server cuts that one short."""
        self._refused = True
        if self._started:
            return
        # After 413 the connection stays open and the server drops the rest of the body: closing at
        # once would reset it, and the client, still sending, might never see the answer.
        headers = {408: {"Connection": "close"}, 503: {"Retry-After": RETRY_SECONDS}}.get(status)
        await problem_response(status, headers=headers)(scope, self._receive, self._send)
