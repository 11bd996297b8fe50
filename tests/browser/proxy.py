"""A proxy as in some networks: it may refuse WebSockets, or hold back all bytes for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass(slots=True)
class CuttingProxy:
    """Forwards connections to a server's port; no byte gets through while `open` is not set."""

    port: int
    websockets: bool
    url: str = ""
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection until it ends."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if not self.websockets and b"upgrade: websocket" in head.lower():
                raise ConnectionError
            await self.open.wait()
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.port)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        to_server.write(head)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pipe(reader, to_server), name="up")
            group.create_task(self._pipe(from_server, writer), name="down")

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                # What was read is kept, not dropped: TCP would deliver it late, but would deliver
                # it.
                await self.open.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def proxy(port: int, *, websockets: bool = True) -> AsyncIterator[CuttingProxy]:
    """Run a proxy that forwards everything, WebSockets only if they are allowed."""
    between = CuttingProxy(port, websockets)
    between.open.set()
    front = await asyncio.start_server(between.pass_on, "127.0.0.1", 0)
    async with front:
        between.url = f"http://127.0.0.1:{front.sockets[0].getsockname()[1]}"
        yield between
