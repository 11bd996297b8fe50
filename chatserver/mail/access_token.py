"""The password of a mailbox, or an OAuth2 access token that a command prints."""

import asyncio
from dataclasses import dataclass

from chatserver.core.errors import Unavailable

COMMAND_S = 60.0
"""Seconds after which the command is ended."""


class TokenCommandFailed(Exception):
    """The command that should print a token did not; `str()` is the reason."""


@dataclass(frozen=True, slots=True)
class ImapSecret:
    """`command` is run by the shell for each login, as tokens are valid for an hour or so."""

    password: str | None
    command: str | None

    async def fetch(self) -> str:
        """Return the secret; raises Unavailable if the command fails."""
        if self.command is None:
            return self.password or ""
        process = await asyncio.create_subprocess_shell(
            self.command, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(COMMAND_S):
                printed, _ = await process.communicate()
        except (TimeoutError, asyncio.CancelledError) as error:
            process.kill()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise Unavailable from TokenCommandFailed("the token command takes too long")
        token = printed.decode("ascii", "replace").strip()
        if process.returncode or not token:
            reason = f"the token command ended with {process.returncode}"
            raise Unavailable from TokenCommandFailed(reason)
        return token
