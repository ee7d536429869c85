"""Bring the database to the newest schema: `python -m app.migrate`. Any number may run at once.

While a change of a table waits for its lock, all later requests for the table wait behind it. So it waits for only a
second, lets them pass and retries, until MIGRATE_TIMEOUT. It waits just as long for a database that is down.
"""

import itertools
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.database import begin_at_once, connect_args, prepare_sqlite
from app.middleware.logs import configure_logging
from app.models import Base
from app.settings import Settings, load_settings

HERE = Path(__file__).parent
# Any number, as long as nothing else in this database uses it for a lock.
LOCK = 7_265_110
# Shorter than the lock timeout of requests (database.py), so that requests behind a change are answered.
LOCK_SECONDS = 1
LONGEST_PAUSE = 5
# The states in which another attempt may succeed; a connection that fails has none. Deadlock; too many connections;
# shutting down, crashed, starting: https://www.postgresql.org/docs/current/errcodes-appendix.html.
LOCK_NOT_AVAILABLE = "55P03"
PASSING = (None, LOCK_NOT_AVAILABLE, "40P01", "53300", "57P01", "57P02", "57P03")
# The sessions that have held a lock on a table, or the lock of migrations, for longer than a migration waits for one.
HOLDERS = text("""
    SELECT lock.pid, holder.application_name, holder.usename, holder.state,
           extract(epoch FROM clock_timestamp() - holder.xact_start)::int AS seconds,
           string_agg(DISTINCT coalesce(class.relname, 'migrations') || ' (' || lock.mode || ')', ', ') AS locks
    FROM pg_locks lock
    LEFT JOIN pg_stat_activity holder ON holder.pid = lock.pid
    LEFT JOIN pg_class class ON class.oid = lock.relation AND class.relkind IN ('r', 'p')
        AND class.relnamespace <> 'pg_catalog'::regnamespace
    WHERE lock.granted AND lock.pid <> pg_backend_pid()
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (class.oid IS NOT NULL OR lock.locktype = 'advisory' AND lock.objid = :lock)
        AND coalesce(holder.xact_start < clock_timestamp() - interval '1 second', true)
    GROUP BY 1, 2, 3, 4, 5
""")
logger = logging.getLogger(__name__)


class MigrationError(Exception):
    """Why the schema is not what this version needs, in a sentence; `fields` are for the log."""

    def __init__(self, reason: str, fields: dict[str, list[str]] | None = None) -> None:
        """Say why."""
        super().__init__(reason)
        self.fields = fields or {}


class _Busy(Exception):
    """Another process is migrating."""


def migrate(settings: Settings, stop: threading.Event | None = None) -> None:
    """Apply missing migrations; a schema that is newer than this version is not changed.

    Raises MigrationError if this version cannot use the schema, if the database or a lock is not available
    within MIGRATE_TIMEOUT, or if `stop` is set meanwhile; SQLAlchemyError if a migration itself fails.
    """
    stop = stop or threading.Event()
    deadline = time.monotonic() + settings.migrate_timeout
    for attempt in itertools.count(1):
        try:
            with connect(settings) as connection:
                _upgrade(connection)
                return
        except _Busy:
            reason, locked = "another process is migrating", True
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", "")
            if state not in PASSING:
                raise
            reason, locked = " ".join(f"{type(error.orig).__name__}: {error.orig}".split()), state == LOCK_NOT_AVAILABLE
        holders = _holders(settings) if locked else {}
        if time.monotonic() >= deadline:
            raise MigrationError(f"gave up after {settings.migrate_timeout:g} s: {reason}", holders)
        logger.warning("the migration waits, attempt %d: %s", attempt, reason, extra={"fields": holders})
        if stop.wait(min(attempt, LONGEST_PAUSE)):
            raise MigrationError("stopped while it waited")


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for this connection."""
    config = Config(HERE / "alembic.ini")
    config.attributes["connection"] = connection
    return config


@contextmanager
def connect(settings: Settings) -> Iterator[Connection]:
    """A connection that holds the lock of migrations."""
    engine = _engine(settings)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # A lock of the session, not of a transaction: each migration is a transaction of its own, and a concurrent
            # index is in none. Retried, not waited for: building an index concurrently waits for waiting sessions.
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
                raise _Busy
            connection.commit()
        else:
            connection.begin()  # SQLite's BEGIN IMMEDIATE is the lock, and all migrations are one transaction
        yield connection
        connection.commit()


def _engine(settings: Settings) -> Engine:
    url = settings.database
    sqlite = url.get_backend_name() == "sqlite"
    lock_seconds = int(settings.migrate_timeout) if sqlite else LOCK_SECONDS
    engine = create_engine(url, poolclass=NullPool, connect_args=connect_args(url, lock_seconds))
    if sqlite:
        prepare_sqlite(engine)
        begin_at_once(engine)
    return engine


def _upgrade(connection: Connection) -> None:
    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    newer = sorted(set(MigrationContext.configure(connection).get_current_heads()) - known)
    if newer:
        if missing := list(_missing(connection)):
            raise MigrationError(f"the schema, {', '.join(newer)}, is too new for this version: " + "; ".join(missing))
        logger.warning("the schema, %s, is newer than this version and can serve it", ", ".join(newer))
        return
    if connection.dialect.name == "postgresql":
        connection.commit()
    command.upgrade(config, "head")
    logger.info("the database has the newest schema")


def _missing(connection: Connection) -> Iterator[str]:
    """What this version needs and the schema lacks: a newer version may only add tables and columns."""
    inspector = inspect(connection)
    for table in Base.metadata.sorted_tables:
        if not inspector.has_table(table.name):
            yield f"there is no table {table.name}"
            continue
        found = {column["name"]: column for column in inspector.get_columns(table.name)}
        yield from (f"{table.name} has no column {name}" for name in table.columns.keys() - found.keys())
        for name in found.keys() - table.columns.keys():
            if not found[name]["nullable"] and found[name]["default"] is None:
                yield f"{table.name}.{name} needs a value that this version does not give"


def _holders(settings: Settings) -> dict[str, list[str]]:
    """The sessions that hold locks that a migration needs, for the log."""
    if settings.database.get_backend_name() == "sqlite":
        return {}
    try:
        with _engine(settings).connect() as connection:
            rows = connection.execute(HOLDERS, {"lock": LOCK}).all()
    except DBAPIError:
        return {}
    return {
        "held_by": [
            f"session {row.pid} of {row.usename} ({row.application_name or 'no name'}, {row.state}, "
            f"for {row.seconds} s): {row.locks}"
            for row in rows
        ]
    }


def main() -> int:
    """Migrate; returns the exit status."""
    settings = load_settings()
    configure_logging(settings.log_level)
    try:
        migrate(settings)
    except MigrationError as error:
        # A traceback would add nothing.
        logger.error("the migration failed: %s", error, extra={"fields": error.fields})  # noqa: TRY400
        return 1
    except SQLAlchemyError:
        logger.exception("the migration failed; the step that failed has changed nothing")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
