"""The two questions that the platform asks."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.database import CurrentDatabase
from app.problems import documented

router = APIRouter(tags=["health"])


class Status(BaseModel):
    """How the service is."""

    status: Literal["ok"] = "ok"


@router.get("/health")
async def health() -> Status:
    """Say that the process is alive.

    Asked every few seconds by the container's check and by the load balancer, each of which replaces a task
    that fails it. So it touches nothing: a database that is down is not mended by restarting its clients.
    """
    return Status()


@router.get("/ready", responses=documented(503))
async def ready(database: CurrentDatabase) -> Status:
    """Say whether the database answers within one second; asked after a deployment, by people and alarms."""
    if (problem := await database.problem()) is not None:
        raise HTTPException(503, f"database: {problem}", headers={"Retry-After": "5"})
    return Status()
