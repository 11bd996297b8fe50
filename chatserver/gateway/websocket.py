"""A session carried by a WebSocket."""

from collections.abc import Awaitable
from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection, broadcast

from chatserver.protocol.close import REASONS, CloseCode


@dataclass(slots=True, eq=False)
class WebSocket:
    """A `websockets` connection as a Carrier."""

    connection: ServerConnection

    @property
    def waiting(self) -> int:
        return self.connection.transport.get_write_buffer_size()

    def recv(self) -> Awaitable[str | bytes]:
        return self.connection.recv()

    def post(self, frame: bytes) -> None:
        broadcast((self.connection,), frame, text=True)

    def send(self, frame: bytes) -> Awaitable[None]:
        return self.connection.send(frame, text=True)

    def close(self, code: CloseCode) -> Awaitable[None]:
        return self.connection.close(code, REASONS[code])

    async def cut(self) -> None:
        self.connection.transport.abort()
        await self.connection.wait_closed()
