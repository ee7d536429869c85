"""How Alembic reaches the database: in one transaction that also holds the lock."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.database import connect_args, prepare_sqlite
from app.models import Base
from app.settings import Settings, load_settings

# Any number will do, so long as nothing else in this database locks by it.
LOCK = 7_265_110
# How long a task waits for another's migration, and how long a change may wait for a table in use.
LOCK_SECONDS = 60


def run(settings: Settings) -> None:
    """Run the migrations that were asked for; all of them take effect, or none."""
    url = settings.database
    engine = create_engine(url, poolclass=NullPool, connect_args=connect_args(url, LOCK_SECONDS))
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        prepare_sqlite(engine)  # its BEGIN IMMEDIATE is the lock
    with engine.begin() as connection:
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite)
        with context.begin_transaction():
            context.run_migrations()


run(context.config.attributes.get("settings") or load_settings())
