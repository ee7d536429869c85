"""How often somebody may log in or register. Counted in the database, so that limits apply to all tasks together."""

import hashlib
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from starlette.exceptions import HTTPException

from app.database import Database
from app.models import CountedAttempts, now
from app.settings import Settings

MADE = select(CountedAttempts.key, CountedAttempts.attempts).where(
    CountedAttempts.key.in_(bindparam("counters", expanding=True)), CountedAttempts.expires_at > bindparam("moment")
)
FORGET = delete(CountedAttempts).where(CountedAttempts.key == bindparam("counter"))
TAKE_BACK = (
    update(CountedAttempts)
    .where(CountedAttempts.key == bindparam("counter"))
    .values(attempts=CountedAttempts.attempts - 1)
)
# A few at a time, and none that another session has locked, so that the table stays small and nobody waits.
EXPIRED = (
    select(CountedAttempts.key)
    .where(CountedAttempts.expires_at <= bindparam("moment"))
    .limit(100)
    .with_for_update(skip_locked=True)
)
FORGET_EXPIRED = delete(CountedAttempts).where(CountedAttempts.key.in_(EXPIRED))


class Counter(NamedTuple):
    """The key of a counter, and its limit."""

    key: str
    limit: int


def _key(*parts: str) -> str:
    # A hash, because people may type anything of any length as a user name, even a password.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class Attempts:
    """Counts log-ins by address, and by address and user name together; registrations by address.

    Not by user name alone: anybody who knows a name could then lock its owner out.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the limits from the settings."""
        self._settings = settings
        self._window = timedelta(seconds=settings.login_window_seconds)

    def of_log_in(self, username: str, address: str) -> tuple[Counter, ...]:
        """The counters of an attempt to log in, the address first: the order in which rows are locked."""
        settings = self._settings
        return (
            Counter(_key(address), settings.login_attempts_per_address),
            Counter(_key(address, username), settings.login_attempts),
        )

    def of_registration(self, address: str) -> tuple[Counter, ...]:
        """The counters of a registration."""
        return (Counter(_key("registration", address), self._settings.registrations_per_address),)

    async def count(self, database: Database, counters: tuple[Counter, ...]) -> None:
        """Count one more attempt, before it is made; 429 if there were too many."""
        keys = [counter.key for counter in counters]
        # Most refusals end here, without a write.
        made = await database.read(MADE, {"counters": keys, "moment": now()})
        self._require_fewer(dict(made), counters, 1)
        # Separate statements: each locks the rows in the same order, and holds none while it waits for another.
        counted = await self._add(database, keys)
        await database.write(FORGET_EXPIRED, {"moment": now()})
        self._require_fewer(counted, counters, 0)

    async def forgive(self, database: Database, counters: tuple[Counter, ...]) -> None:
        """Undo the count of a successful attempt, and reset the last counter, the user's own."""
        *shared, own = counters
        for counter in shared:
            await database.write(TAKE_BACK, {"counter": counter.key})
        await database.write(FORGET, {"counter": own.key})

    def _require_fewer(self, attempts: dict[str, int], counters: tuple[Counter, ...], more: int) -> None:
        if any(attempts.get(key, 0) + more > limit for key, limit in counters):
            wait = str(int(self._window.total_seconds()))
            raise HTTPException(429, "too many attempts", headers={"Retry-After": wait})

    async def _add(self, database: Database, keys: list[str]) -> dict[str, int]:
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        moment = now()
        current = CountedAttempts.expires_at > moment
        fresh = {"attempts": 1, "expires_at": moment + self._window}
        statement = (
            insert(CountedAttempts)
            .values([{"key": key, **fresh} for key in keys])
            .on_conflict_do_update(
                index_elements=[CountedAttempts.key],
                set_={
                    "attempts": case((current, CountedAttempts.attempts + 1), else_=1),
                    "expires_at": case((current, CountedAttempts.expires_at), else_=fresh["expires_at"]),
                },
            )
            .returning(CountedAttempts.key, CountedAttempts.attempts)
        )
        return dict(await database.write(statement, {}))
