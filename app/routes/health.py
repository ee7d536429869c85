"""The two checks that the platform requests."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.database import CurrentDatabase
from app.problems import documented

router = APIRouter(tags=["health"])


class Status(BaseModel):
    """The state of the service."""

    status: Literal["ok"] = "ok"


@router.get("/health")
async def health() -> Status:
    """Say that the process is alive.

    Requested every few seconds by the load balancer, and by a check in the container if there is one; a task that
    fails is replaced. So it does not query the database: restarting clients does not fix a database that is down.
    """
    return Status()


@router.get("/ready", responses=documented(503))
async def ready(database: CurrentDatabase) -> Status:
    """Say whether the database answers within one second; requested after a deployment."""
    if (problem := await database.problem()) is not None:
        raise HTTPException(503, f"database: {problem}", headers={"Retry-After": "5"})
    return Status()
