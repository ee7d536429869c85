"""Bring the database to the newest schema: `python -m app.migrate`. Any number may run at once."""

import logging
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from app.middleware.logs import configure_logging
from app.settings import Settings, load_settings

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)


def alembic_config(settings: Settings) -> Config:
    """What Alembic needs to work on the database of these settings."""
    config = Config(HERE / "alembic.ini")
    config.attributes["settings"] = settings
    return config


def migrate(settings: Settings) -> None:
    """Apply what is missing; the lock in `migrations/env.py` lets one at a time do so."""
    command.upgrade(alembic_config(settings), "head")
    logger.info("the database has the newest schema")


def main() -> int:
    """Migrate, and say in the exit status whether it worked."""
    settings = load_settings()
    configure_logging(settings.log_level)
    try:
        migrate(settings)
    except SQLAlchemyError:
        logger.exception("the migration failed; the database is as it was")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
