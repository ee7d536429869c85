"""How often somebody may try to log in. Counted in the database, so that it holds over all tasks together."""

import hashlib
from datetime import timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import LoginAttempts, now
from app.settings import Settings


def _key(*parts: str) -> str:
    # A hash, because what people type as a user name may be anything of any length, even a password.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class LoginLimit:
    """Counts attempts by user name and address together, and by address alone.

    Not by user name alone: whoever knows a name could then keep its owner out.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the limits from the settings."""
        self._per_user = settings.login_attempts
        self._per_address = settings.login_attempts_per_address
        self.window = timedelta(seconds=settings.login_window_seconds)

    async def allows(self, session: AsyncSession, username: str, address: str) -> bool:
        """Count one more attempt, before it is made, and say whether it may be made."""
        of_address = await self._count(session, _key(address))
        of_user = await self._count(session, _key(address, username))
        await self._forget_expired(session)
        return of_address <= self._per_address and of_user <= self._per_user

    async def succeeded(self, session: AsyncSession, username: str, address: str) -> None:
        """Forget the attempts of somebody who has shown that the account is theirs."""
        # In the order in which they are counted, so that no two log-ins wait for each other. At an address
        # that many share, only what fails is held against it.
        of_address, of_user = (LoginAttempts.key == key for key in (_key(address), _key(address, username)))
        await session.execute(update(LoginAttempts).where(of_address).values(attempts=LoginAttempts.attempts - 1))
        await session.execute(delete(LoginAttempts).where(of_user))

    async def _count(self, session: AsyncSession, key: str) -> int:
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        moment = now()
        current = LoginAttempts.expires_at > moment
        fresh = {"attempts": 1, "expires_at": moment + self.window}
        statement = (
            insert(LoginAttempts)
            .values(key=key, **fresh)
            .on_conflict_do_update(
                index_elements=[LoginAttempts.key],
                set_={
                    "attempts": case((current, LoginAttempts.attempts + 1), else_=1),
                    "expires_at": case((current, LoginAttempts.expires_at), else_=fresh["expires_at"]),
                },
            )
            .returning(LoginAttempts.attempts)
        )
        return (await session.execute(statement)).scalar_one()

    async def _forget_expired(self, session: AsyncSession) -> None:
        # A few at a time, and none that another log-in holds, so that the table stays small and nobody waits.
        # Last in its transaction: two that began with it could each hold the row that the other counts in.
        expired = (
            select(LoginAttempts.key)
            .where(LoginAttempts.expires_at <= now())
            .limit(100)
            .with_for_update(skip_locked=True)
        )
        await session.execute(delete(LoginAttempts).where(LoginAttempts.key.in_(expired)))
