"""The connections: a bounded pool, a session for each request, and the question whether the database answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from starlette.exceptions import HTTPException

from app.problems import RETRY_SECONDS
from app.settings import Settings

READY_SECONDS = 1.0
LOCK_SECONDS = 3
# What bounds every wait for PostgreSQL. `tcp_user_timeout` and the keep-alives notice a server that vanished
# without a word, as the old primary does in an RDS failover; the others bound one that is alive but stuck.
POSTGRES_LIMITS = {
    "connect_timeout": "3",
    "tcp_user_timeout": "8000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
}
REQUEST_LIMITS = {"statement_timeout": "8s", "idle_in_transaction_session_timeout": "15s"}


def connect_args(url: URL, lock_seconds: int, **session: str) -> dict[str, Any]:
    """What the driver is told when it opens a connection: how long to wait for a lock, and more settings."""
    if url.get_backend_name() == "sqlite":
        return {"timeout": lock_seconds}
    options = " ".join(f"-c {name}={value}" for name, value in [("lock_timeout", f"{lock_seconds}s"), *session.items()])
    return {**POSTGRES_LIMITS, "application_name": "blog", "options": options}


def prepare_sqlite(engine: Engine) -> None:
    """Make SQLite keep foreign keys, let readers pass the writer, and begin transactions when told to."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's, or its adapter)
        cursor = connection.cursor()
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # Python's driver begins late, at the first write; two that have read by then cannot both go on.
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _class_of_error(task: asyncio.Task[None]) -> str | None:
    if task.cancelled():
        return asyncio.CancelledError.__name__
    error = task.exception()
    return type(error).__name__ if error else None


class Database:
    """One process's way to its database. Nothing connects before the first query."""

    def __init__(self, settings: Settings) -> None:
        """Make the pools for the database that the settings name."""
        self._engine = self._make(settings, settings.database_pool_size)
        # A connection of its own: whether the database answers must not depend on how busy the pool is.
        self._probe_engine = self._make(settings, 1)
        self._probe: asyncio.Task[None] | None = None
        self.write = async_sessionmaker(self._engine, expire_on_commit=False)
        # Readers run each query by itself, which spares the round trips of BEGIN and ROLLBACK.
        reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self.read = async_sessionmaker(reading, expire_on_commit=False)

    @staticmethod
    def _make(settings: Settings, pool_size: int) -> AsyncEngine:
        url = settings.database
        sqlite = url.get_backend_name() == "sqlite"
        engine = create_async_engine(
            url.set(drivername="sqlite+aiosqlite") if sqlite else url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=settings.database_pool_timeout,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text may reach the log, and a parameter may be a password's hash
            connect_args=connect_args(url, LOCK_SECONDS, **REQUEST_LIMITS),
        )
        if sqlite:
            prepare_sqlite(engine.sync_engine)
        return engine

    async def problem(self) -> str | None:
        """Why the database cannot be used now: the class of the error, or None when it answers in time."""
        # All who ask at once share one probe, so that asking much costs the database nothing. It is waited
        # for, not cancelled: cancelling a query on a server that does not answer takes seconds itself.
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask())
            self._probe.add_done_callback(_class_of_error)  # nobody may be there any more to hear of it
        done, _ = await asyncio.wait({self._probe}, timeout=READY_SECONDS)
        if not done:
            return TimeoutError.__name__
        return _class_of_error(self._probe)

    async def _ask(self) -> None:
        async with self._probe_engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.wait({self._probe}, timeout=READY_SECONDS)
        await self._engine.dispose()
        await self._probe_engine.dispose()


async def get_database(request: Request) -> Database:
    """The database of the application that serves this request, once its schema is there."""
    if request.app.state.migration.pending:
        raise HTTPException(503, "the database is being migrated", headers={"Retry-After": RETRY_SECONDS})
    database: Database = request.app.state.database
    return database


CurrentDatabase = Annotated[Database, Depends(get_database)]


async def _read_session(database: CurrentDatabase) -> AsyncIterator[AsyncSession]:
    async with database.read() as session:
        yield session


async def _write_session(database: CurrentDatabase) -> AsyncIterator[AsyncSession]:
    async with database.write.begin() as session:
        yield session


# Both end when the handler returns, before the response leaves: what was answered is committed, and a slow
# client does not keep a connection.
Reader = Annotated[AsyncSession, Depends(_read_session, scope="function")]
Writer = Annotated[AsyncSession, Depends(_write_session, scope="function")]
