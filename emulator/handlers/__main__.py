"""Serve ministack with this folder's handlers on a free loopback port, until standard input ends."""

import asyncio
import os
import shutil
import socket
import sys
import threading
from typing import Any


def _end_with_parent() -> None:
    # The parent has the other end, which is closed when the parent ends, however it ends.
    while sys.stdin.buffer.read(4096):
        pass
    # Remove its own folder too: a parent that was killed cannot.
    folder = os.environ.get("EMULATED_AWS_FOLDER")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def main() -> None:
    """Announce the port on standard output, then serve."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # ministack reads its port from the environment when it builds addresses.
    os.environ["GATEWAY_PORT"] = str(port)

    from hypercorn.asyncio import serve  # type: ignore[import-not-found, unused-ignore]
    from hypercorn.config import Config  # type: ignore[import-not-found, unused-ignore]

    from . import install
    from .existing_resources_api import with_existing_resources
    from .ministack_modules import ministack

    application: Any = with_existing_resources(ministack("app").app)
    install.install()
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    asyncio.run(serve(application, config))


main()
