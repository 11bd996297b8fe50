"""ClamAV's daemon through its socket (`INSTREAM` of clamd(8))."""

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chatserver.core.errors import Unavailable

CHUNK_BYTES = 65_536
TIMEOUT_S = 60.0
"""Seconds for one file; who takes longer counts as not there."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """`address` is the path of a socket, or HOST:PORT."""

    address: str

    async def find_virus(self, file: Path) -> str | None:
        """The name of what is in a file, None when it is clean; raises Unavailable."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._ask(file)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            raise Unavailable from None
        said = answer.rstrip("\0").partition(": ")[2]
        if said == "OK":
            return None
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")
        raise Unavailable

    async def _ask(self, file: Path) -> str:
        reader, writer = await self._connect()
        with closing(writer):
            writer.write(b"zINSTREAM\0")
            with file.open("rb") as content:
                while piece := content.read(CHUNK_BYTES):
                    writer.write(len(piece).to_bytes(4) + piece)
                    await writer.drain()
            writer.write((0).to_bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).decode()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith("/"):
            return await asyncio.open_unix_connection(self.address)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host, int(port))
