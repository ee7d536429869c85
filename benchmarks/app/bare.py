"""The yardstick: a FastAPI route that returns bytes it has, on the server and the settings of the real service."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response


def main() -> None:
    """Serve the bytes of a file at /posts: `python -m benchmarks.app.bare PORT FILE`."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    body = file.read_bytes()
    app = FastAPI()

    @app.get("/health")
    @app.get("/posts")
    async def posts() -> Response:
        return Response(body, media_type="application/json")

    uvicorn.run(app, port=port, access_log=False, log_level="error")


if __name__ == "__main__":
    main()
