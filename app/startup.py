"""The migration that a service runs at its start if there is no release step."""

import asyncio
import logging
import threading

from app.migrate import MigrationError, migrate
from app.settings import Settings

# Less than a start may take (30 s in the template) before failed checks count.
START_SECONDS = 20.0
logger = logging.getLogger(__name__)


class StartMigration:
    """Runs next to the service: until it is done, /health answers 200 and everything that needs the database 503."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; `start` starts it, unless MIGRATE_ON_START is false."""
        self._settings = settings
        self._stop = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self.failed = False

    @property
    def pending(self) -> bool:
        """Whether the schema may not be there yet."""
        return self._task is not None

    async def start(self, *, database_answers: bool) -> None:
        """Start. A database that answers has some seconds to be migrated before the port opens."""
        if not self._settings.migrate_on_start:
            return
        self._task = asyncio.create_task(asyncio.to_thread(migrate, self._settings, self._stop))
        if database_answers:
            await asyncio.wait({self._task}, timeout=START_SECONDS)
        if self._task.done():
            self._task.result()
            self._task = None
        else:
            self._task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if error is None or self._stop.is_set():
            self._task = None
            return
        self.failed = True
        known = isinstance(error, MigrationError)
        fields = error.fields if isinstance(error, MigrationError) else {}
        logger.error("the migration failed: %s", error, exc_info=None if known else error, extra={"fields": fields})

    async def stop(self) -> None:
        """Stop waiting."""
        self._stop.set()
        if self._task is not None:
            await asyncio.wait({self._task})
