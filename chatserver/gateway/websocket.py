"""A session carried by a WebSocket."""

from collections.abc import Awaitable
from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from chatserver.gateway.transport import Rounds
from chatserver.protocol.close import REASONS, CloseCode

GATHERED = 16_384
"""Bytes that wait for the round at most; with more a write of their own is cheap."""


@dataclass(slots=True, eq=False)
class WebSocket:
    """A `websockets` connection as a Carrier.

    Frames that are posted wait in the connection's protocol until the round goes out; whatever
    the library itself sends meanwhile takes them along, in their order.
    """

    connection: ServerConnection
    rounds: Rounds
    _posted: int = 0

    @property
    def waiting(self) -> int:
        return self.connection.transport.get_write_buffer_size()

    def recv(self) -> Awaitable[str | bytes]:
        return self.connection.recv()

    def post(self, frame: bytes) -> None:
        protocol = self.connection.protocol
        if protocol.state is not State.OPEN:
            return
        protocol.send_text(frame)
        if not self._posted:
            self.rounds.join(self._send)
        self._posted += len(frame)
        if self._posted > GATHERED:
            # Only the socket knows whether its reader is slow, so it is asked in time.
            self._send()

    def send(self, frame: bytes) -> Awaitable[None]:
        return self.connection.send(frame, text=True)

    def close(self, code: CloseCode) -> Awaitable[None]:
        return self.connection.close(code, REASONS[code])

    async def cut(self) -> None:
        self.connection.transport.abort()
        await self.connection.wait_closed()

    def _send(self) -> None:
        self._posted = 0
        connection = self.connection
        frames = connection.protocol.data_to_send()
        if frames and not connection.transport.is_closing():
            connection.transport.write(b"".join(frames))
