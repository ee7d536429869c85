"""The connections: a bounded pool, one for each request that needs it, and whether the database answers."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from sqlalchemy import URL, Connection, Engine, Executable, Row, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import greenlet_spawn
from starlette.exceptions import HTTPException

from app.problems import RETRY_SECONDS, log_database_error
from app.settings import Settings

AnyRow = Row[*tuple[Any, ...]]

READY_SECONDS = 1.0
# Longer than a migration waits for a table (migrate.py), so that requests that queue behind it are answered.
LOCK_SECONDS = 3
# A connection that was used within this time is assumed to be alive.
IDLE_SECONDS = 1.0
# The limits of every wait for PostgreSQL. `tcp_user_timeout` and the keep-alives notice a server that vanished
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
    """The options for opening a connection: how long to wait for a lock, and other settings."""
    if url.get_backend_name() == "sqlite":
        return {"timeout": lock_seconds}
    # UTC, because the server's own zone may be any, and the driver gives times in the session's.
    values = {"lock_timeout": f"{lock_seconds}s", "timezone": "UTC", **session}
    options = " ".join(f"-c {name}={value}" for name, value in values.items())
    return {**POSTGRES_LIMITS, "application_name": "blog", "options": options}


def prepare_sqlite(engine: Engine) -> None:
    """Make SQLite enforce foreign keys, and let readers proceed while a writer works."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's, or its adapter)
        cursor = connection.cursor()
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def begin_at_once(engine: Engine) -> None:
    """Make SQLite's transactions take the lock when they begin.

    Python's driver takes it late, at the first write; two transactions that have read by then cannot both continue.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def ping_when_idle(engine: Engine) -> None:
    """Test whether a connection is alive if it has not been used for a while, and not before each use."""

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 (the driver's)
        if time.monotonic() - record.info.get("used", math.inf) > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error


class Turns(asyncio.Semaphore):
    """Lets in a limited number at a time, in the order in which they arrive.

    SQLAlchemy's pool by itself lets new requests overtake those that wait.
    """

    def __init__(self, count: int, patience: float) -> None:
        """Set how many are let in, and how many seconds the others wait."""
        super().__init__(count)
        self._patience = patience

    async def acquire(self) -> Literal[True]:
        """Wait for a turn."""
        try:
            async with asyncio.timeout(self._patience):
                return await super().acquire()
        except TimeoutError as error:
            raise PoolTimeoutError("no connection became free") from error


class Database:
    """The database of one process. Nothing connects before the first query."""

    def __init__(self, settings: Settings) -> None:
        """Create the pools for the database in the settings."""
        self.is_sqlite = settings.database.get_backend_name() == "sqlite"
        self._engine = self._make(settings, settings.database_pool_size)
        # A separate connection: whether the database answers must not depend on how busy the pool is.
        self._probe_engine = self._make(settings, 1)
        self._probe: asyncio.Task[None] | None = None
        isolation = "SERIALIZABLE" if self.is_sqlite else "READ COMMITTED"
        self._transactions = self._engine.execution_options(isolation_level=isolation)
        if self.is_sqlite:
            begin_at_once(self._transactions.sync_engine)
        size, patience = settings.database_pool_size, settings.database_pool_timeout
        self._connections = Turns(size, patience)
        # One connection is always reserved for readers: a writer may wait for a row as long as LOCK_SECONDS.
        self._writers = Turns(max(1, size - 1), patience)

    def _make(self, settings: Settings, pool_size: int) -> AsyncEngine:
        url = settings.database
        engine = create_async_engine(
            url.set(drivername="sqlite+aiosqlite") if self.is_sqlite else url,
            pool_size=pool_size,
            max_overflow=0,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            hide_parameters=True,  # an error's text may reach the log, and a parameter may be a password's hash
            connect_args=connect_args(url, LOCK_SECONDS, **REQUEST_LIMITS),
        )
        if self.is_sqlite:
            prepare_sqlite(engine.sync_engine)
        ping_when_idle(engine.sync_engine)
        return engine

    async def read(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[AnyRow]:
        """The rows that a statement finds. It has no transaction, to save the round trips of BEGIN and COMMIT."""
        async with self._connections:
            # SQLAlchemy's own async methods use this too; here, once for connection and statement together.
            return await greenlet_spawn(self._run, statement, parameters)

    async def write(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[AnyRow]:
        """The same for a statement that changes something; the change is committed at once."""
        async with self._writers:
            return await self.read(statement, parameters)

    def _run(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[AnyRow]:
        with self._engine.sync_engine.connect() as connection:
            result = connection.execute(statement, parameters)
            return result.all() if result.returns_rows else ()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection for several statements that take effect together or, after an error, not at all."""
        async with self._writers, self._connections, self._transactions.begin() as connection:
            yield connection

    async def problem(self) -> str | None:
        """Why the database cannot be used now: the class of the error, or None if it answers in time."""
        # Concurrent requests share one probe, so that many requests do not load the database. The probe is
        # not cancelled: cancelling a query on a server that does not answer takes seconds itself.
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask())
            self._probe.add_done_callback(_log_failure)
        done, _ = await asyncio.wait({self._probe}, timeout=READY_SECONDS)
        if not done:
            return TimeoutError.__name__
        return type(error).__name__ if (error := _error_of(self._probe)) else None

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


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def _log_failure(task: asyncio.Task[None]) -> None:
    if (error := _error_of(task)) is not None:
        log_database_error(error)


def get_database(request: Request) -> Database:
    """The database of the application that serves this request, once its schema is there."""
    if request.app.state.migration.pending:
        raise HTTPException(503, "the database is being migrated", headers={"Retry-After": RETRY_SECONDS})
    database: Database = request.app.state.database
    return database


async def _database(request: Request) -> Database:
    return get_database(request)


async def _transaction(request: Request) -> AsyncIterator[AsyncConnection]:
    async with get_database(request).transaction() as connection:
        yield connection


CurrentDatabase = Annotated[Database, Depends(_database)]
# It ends when the handler returns, before the response is sent: an answer means that the change is committed, and a
# slow client does not keep a connection.
Transaction = Annotated[AsyncConnection, Depends(_transaction, scope="function")]
