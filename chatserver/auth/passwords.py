"""Password hashing by Argon2 (RFC 9106), in threads: a hash takes about 0.2 s."""

import asyncio
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatserver.core.errors import Code, Refused

MIN_CHARACTERS = 10
MAX_CHARACTERS = 200


class Passwords:
    """Hashes and verifies passwords.

    Verifying takes the same time for an unknown login as for a wrong password, so that the time
    does not tell which logins exist.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Each hash takes 64 MiB while it runs; a flood of sign-ins must not exhaust the memory.
        self._slots = asyncio.Semaphore(2)

    @cached_property
    def _dummy_hash(self) -> str:
        """The hash that unknown logins are verified against, made at the first sign-in."""
        return self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """Return the hash to store; raises Refused `invalid` outside of 10 to 200 characters."""
        if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
            raise Refused(Code.INVALID, field="password")
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Return True if the password matches; False for an account without one (None)."""
        async with self._slots:
            matches = await asyncio.to_thread(self._matches, hashed, password)
        return matches and hashed is not None

    def _matches(self, hashed: str | None, password: str) -> bool:
        try:
            # One character more than allowed: a longer password never equals its beginning.
            return self._hasher.verify(hashed or self._dummy_hash, password[: MAX_CHARACTERS + 1])
        except (VerificationError, InvalidHashError):
            return False
