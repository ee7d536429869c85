"""The application object that a server imports: `uvicorn app.main:app`."""

from fastapi import FastAPI

app = FastAPI(title="Blog")


@app.get("/health")
async def health() -> dict[str, str]:
    """Say that the process is alive; touches nothing else."""
    return {"status": "ok"}


@app.get("/ready")
async def ready() -> dict[str, str]:
    """Say that the service can answer requests."""
    return {"status": "ready"}
