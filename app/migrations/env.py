"""Alembic's environment: it uses the connection of `app.migrate`, which holds the lock of migrations."""

from alembic import context
from sqlalchemy import Connection

from app.migrate import connect
from app.models import Base
from app.settings import load_settings


def run(connection: Connection) -> None:
    """Run the requested migrations. On PostgreSQL each is a transaction of its own."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        transaction_per_migration=not sqlite,
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:  # Alembic's own command line
    with connect(load_settings()) as connection:
        run(connection)
