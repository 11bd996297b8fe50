"""Passwords, by argon2 (RFC 9106), off the event loop because they take their time."""

import asyncio
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatserver.core.errors import Code, Refused

MIN_CHARACTERS = 10
MAX_CHARACTERS = 200


class Passwords:
    """Hashes and verifies; an unknown login costs as much time as a wrong password."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Each one takes 64 MiB for its while; a crowd at the door must not take all there is.
        self._slots = asyncio.Semaphore(2)

    @cached_property
    def _dummy_hash(self) -> str:
        """What an unknown login is checked against; not made before somebody signs in."""
        return self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """The hash to store; raises Refused `invalid` for what is too short or too long."""
        if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
            raise Refused(Code.INVALID, field="password")
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password; False for somebody who has none."""
        async with self._slots:
            matches = await asyncio.to_thread(self._matches, hashed, password)
        return matches and hashed is not None

    def _matches(self, hashed: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(hashed or self._dummy_hash, password[: MAX_CHARACTERS + 1])
        except (VerificationError, InvalidHashError):
            return False
