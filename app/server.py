"""The server: uvicorn with a delayed shutdown, and with limits on what a connection may do before its request."""

import asyncio
import signal
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.factory import create_app
from app.problems import problem_response
from app.settings import Settings
from app.startup import StartMigration

# The head of a request: request line and headers. 64 KB is what an application load balancer lets through:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0


class Connection(HttpToolsProtocol):
    """One connection. A head that is too long, too slow or not HTTP is refused with a problem document."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own
        """Wait for the first request just as long as for any later one."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.timeout_keep_alive, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Parse, then check the size of the head and whether it is complete."""
        super().data_received(data)
        if self._in_head:
            if self._head_bytes == 0:
                self._stop_timer()
                self._timer = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(431)
        elif self._timer is not None and self.cycle is not None:
            self._stop_timer()

    def send_400_response(self, msg: str) -> None:
        """Replace uvicorn's plain-text answers: to an unknown method, two lengths, and anything else but HTTP."""
        self._refuse(400, msg)

    def _refuse(self, status: int, detail: str | None = None) -> None:
        # Not into the middle of the answer to an earlier request.
        if self.cycle is None or self.cycle.response_complete:
            answer = problem_response(status, detail, headers={"Connection": "close"})
            fields = [name + b": " + value + b"\r\n" for name, value in answer.raw_headers]
            self.transport.write(b"".join([STATUS_LINE[status], *fields, b"\r\n", bytes(answer.body)]))
        self._in_head = False
        self.transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Server(uvicorn.Server):
    """Uvicorn with a delayed shutdown.

    ECS sends SIGTERM at about the time at which it deregisters the task, and the load balancer still sends requests
    for a few seconds. So SIGTERM changes nothing at first; the port closes after the delay, and requests in progress
    are finished. A second SIGTERM, or Ctrl-C, ends the delay.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config, shutdown_delay: float) -> None:
        """Serve this as configured, and for some seconds longer after SIGTERM."""
        super().__init__(config)
        self._migration: StartMigration = app.state.migration
        self._shutdown_delay = shutdown_delay
        self._closes_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note when to close; uvicorn itself would exit by the signal, and not with status 0."""
        if sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
        elif self._closes_at is None:
            self._closes_at = time.monotonic() + self._shutdown_delay
        else:
            self._closes_at = time.monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, check whether it is time to close."""
        if self._closes_at is not None and time.monotonic() >= self._closes_at:
            self.should_exit = True
        if self._migration.failed:
            self.should_exit = True
        return await super().on_tick(counter)

    @property
    def succeeded(self) -> bool:
        """Whether it started, and stopped after a signal."""
        return self.started and not self._migration.failed


def make_server(settings: Settings) -> Server:
    """The server with these settings."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host="0.0.0.0",  # noqa: S104 (the container's security group decides who gets here)
        port=settings.port,
        http=Connection,
        proxy_headers=False,  # addresses.py reads them, and lets nobody choose an address
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=int(settings.request_timeout) + 1,
        server_header=False,
        access_log=False,  # ours has the request's id and the template of its path
        log_config=None,
        ws="none",
    )
    return Server(app, config, settings.shutdown_delay)
