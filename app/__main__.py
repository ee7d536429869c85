"""Serve the blog as the container does: `python -m app`."""

import sys

from app.server import make_server
from app.settings import load_settings


def main() -> int:
    """Serve until SIGTERM; returns 0 after SIGTERM, 3 if the start or its migration failed."""
    server = make_server(load_settings())
    server.run()
    return 0 if server.succeeded else 3


if __name__ == "__main__":
    sys.exit(main())
