"""The API of the example: what blogstack asks of a service, and one route."""

from __future__ import annotations

import os

from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    """Answers while the process is well; the container's check and the load balancer's request it."""
    return {"status": "ok"}


@app.get("/ready")
def ready() -> dict[str, str]:
    """Answers when what the API needs does; this one needs nothing."""
    return {"status": "ok"}


@app.get("/greeting")
def greeting() -> dict[str, str]:
    """What the front end shows."""
    return {"greeting": os.environ.get("GREETING", "Hello")}
