"""A client of ClamAV's daemon (command `INSTREAM` of clamd(8))."""

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chatserver.core.errors import Unavailable

CHUNK_BYTES = 65_536
TIMEOUT_S = 60.0
"""The time limit for one file in seconds; a slower daemon counts as unavailable."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """A ClamAV daemon at `address`: the path of a Unix socket, or HOST:PORT."""

    address: str

    async def find_virus(self, file: Path) -> str | None:
        """Return the name of the virus in a file, or None if it is clean.

        Raises Unavailable if the daemon does not answer in time or not as documented.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._ask(file)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            raise Unavailable from None
        result = answer.rstrip("\0").partition(": ")[2]
        if result == "OK":
            return None
        if result.endswith(" FOUND"):
            return result.removesuffix(" FOUND")
        raise Unavailable

    async def _ask(self, file: Path) -> str:
        reader, writer = await self._connect()
        with closing(writer):
            # Chunks with a length of 4 bytes in network order; one of length 0 ends the file.
            writer.write(b"zINSTREAM\0")
            with file.open("rb") as content:
                while chunk := content.read(CHUNK_BYTES):
                    writer.write(len(chunk).to_bytes(4) + chunk)
                    # Backpressure: without it a large file would pile up in memory.
                    await writer.drain()
            writer.write((0).to_bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).decode()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith("/"):
            return await asyncio.open_unix_connection(self.address)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host, int(port))
