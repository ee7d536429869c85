"""Serve the blog as the container does: `python -m app`."""

import signal
import sys
import time
from types import FrameType

import uvicorn

from app.factory import create_app
from app.settings import Settings, load_settings


class Server(uvicorn.Server):
    """Uvicorn, but in no hurry to leave.

    ECS sends SIGTERM at about the time at which it deregisters the task, and a load balancer that is told to
    stop goes on sending for some seconds. So SIGTERM changes nothing at first; the port closes when the delay
    is over, and what is in flight then is finished. A second SIGTERM, or Ctrl-C, ends the delay.
    """

    def __init__(self, config: uvicorn.Config, shutdown_delay: float) -> None:
        """Serve as configured, and so many seconds longer than told."""
        super().__init__(config)
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
        return await super().on_tick(counter)


def make_server(settings: Settings) -> Server:
    """The server that these settings ask for."""
    config = uvicorn.Config(
        create_app(settings),
        host="0.0.0.0",  # noqa: S104 (the container's security group decides who gets here)
        port=settings.port,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=settings.keep_alive,
        timeout_graceful_shutdown=int(settings.request_timeout) + 1,
        server_header=False,
        access_log=False,  # ours has the request's id and the template of its path
        log_config=None,
        ws="none",
    )
    return Server(config, settings.shutdown_delay)


def main() -> int:
    """Serve until told to stop; 0 after SIGTERM, 3 when the start failed."""
    server = make_server(load_settings())
    server.run()
    return 0 if server.started else 3


if __name__ == "__main__":
    sys.exit(main())
