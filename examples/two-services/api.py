"""The API of the example: what blogstack requires of a service, and one route."""

from __future__ import annotations

import os

from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    """Answers while the process works; the load balancer requests it."""
    return {"status": "ok"}


@app.get("/ready")
def ready() -> dict[str, str]:
    """Answers 200 if everything that the API needs is available; this one needs nothing."""
    return {"status": "ok"}


@app.get("/greeting")
def greeting() -> dict[str, str]:
    """The data that the front end shows."""
    return {"greeting": os.environ.get("GREETING", "Hello")}
