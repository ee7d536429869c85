"""Passwords, hashed with argon2id."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from app.problems import RETRY_SECONDS

Answer = TypeVar("Answer")
# At half a vCPU a hash takes about 60 ms while the other lane is busy too, so a log-in waits a second or two at most.
# The limit for registrations is low, because they also queue for the database, in front of log-ins.
LOG_INS_WAITING = 24
REGISTRATIONS_WAITING = 4


class Lane:
    """One thread for expensive work, and a short queue in front of it.

    A single thread, because each thread that has ever hashed keeps the 19 MiB that a hash takes.
    """

    def __init__(self, name: str, waiting: int) -> None:
        """Set the thread's name, and how many may wait."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._name = name
        self._free = waiting + 1

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue; 503 at once if it is full.

        Taken before anything else is done for the request: otherwise many requests that count their attempts in the
        database would block the others.
        """
        if self._free <= 0:
            raise HTTPException(503, f"too many at once: {self._name}", headers={"Retry-After": RETRY_SECONDS})
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    async def run(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        """Run this function in its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)


class Check(NamedTuple):
    """Whether a password matched; if its hash has outdated settings, a new one to store."""

    matches: bool
    new_hash: str | None = None


class Passwords:
    """Hashes in two lanes, so that registrations, which anybody can make, do not delay log-ins."""

    def __init__(self) -> None:
        """Prepare the hash that is checked for users who do not exist."""
        # One of the settings that OWASP's Password Storage Cheat Sheet recommends for argon2id as equally
        # strong, with less memory than its first. A hash takes 19 MiB and about 20 ms.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash("a user who does not exist")
        self.log_ins = Lane("log-ins", LOG_INS_WAITING)
        self.registrations = Lane("registrations", REGISTRATIONS_WAITING)

    async def hash(self, password: SecretStr) -> str:
        """The hash to store instead of the password."""
        return await self.registrations.run(self._hasher.hash, password.get_secret_value())

    async def verify(self, stored: str | None, password: SecretStr) -> Check:
        """Whether this is the password. Takes just as long if there is no such user (`stored` is None)."""
        check = await self.log_ins.run(self._check, stored or self._nobody, password.get_secret_value())
        return check if stored is not None else Check(matches=False)

    def _check(self, stored: str, password: str) -> Check:
        try:
            self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return Check(matches=False)
        stale = self._hasher.check_needs_rehash(stored)
        return Check(matches=True, new_hash=self._hasher.hash(password) if stale else None)
