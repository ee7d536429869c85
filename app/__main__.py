"""Serve the blog as the container does: `python -m app`."""

import signal
import sys
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.factory import create_app
from app.settings import Settings, load_settings
from app.startup import StartMigration


class Server(uvicorn.Server):
    """Uvicorn, but in no hurry to leave.

    ECS sends SIGTERM at about the time at which it deregisters the task, and a load balancer that is told to
    stop goes on sending for some seconds. So SIGTERM changes nothing at first; the port closes when the delay
    is over, and what is in flight then is finished. A second SIGTERM, or Ctrl-C, ends the delay.
    """

    def __init__(self, app: FastAPI, config: uvicorn.Config, shutdown_delay: float) -> None:
        """Serve this as configured, and so many seconds longer than told."""
        super().__init__(config)
        self._migration: StartMigration = app.state.migration
        self._shutdown_delay = shutdown_delay
        self._closes_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note when to close; uvicorn itself would end by the signal, and not with status 0."""
        if sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
        elif self._closes_at is None:
            self._closes_at = time.monotonic() + self._shutdown_delay
        else:
            self._closes_at = time.monotonic()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: see whether it is time to close."""
        if self._closes_at is not None and time.monotonic() >= self._closes_at:
            self.should_exit = True
        if self._migration.failed:
            self.should_exit = True
        return await super().on_tick(counter)

    @property
    def succeeded(self) -> bool:
        """Whether it started and ended because it was told to."""
        return self.started and not self._migration.failed


def make_server(settings: Settings) -> Server:
    """The server that these settings ask for."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host="0.0.0.0",  # noqa: S104 (the container's security group decides who gets here)
        port=settings.port,
        proxy_headers=False,  # addresses.py reads them, and lets nobody choose an address
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=int(settings.request_timeout) + 1,
        server_header=False,
        access_log=False,  # ours has the request's id and the template of its path
        log_config=None,
        ws="none",
    )
    return Server(app, config, settings.shutdown_delay)


def main() -> int:
    """Serve until told to stop; 0 after SIGTERM, 3 when the start or its migration failed."""
    server = make_server(load_settings())
    server.run()
    return 0 if server.succeeded else 3


if __name__ == "__main__":
    sys.exit(main())
