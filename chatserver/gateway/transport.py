"""What carries the frames of one session, as sessions see it: they know no library and no wire."""

from collections.abc import Awaitable
from typing import Protocol

from websockets.exceptions import ConnectionClosed

from chatserver.protocol.close import CloseCode

Gone = ConnectionClosed
"""Raised by whatever is tried with a client that is no longer there.

It is the exception of `websockets` under our name for it: translating it would cost each frame
of a WebSocket one coroutine more.
"""


class Dismissed(Exception):
    """The session is over, by the server's decision."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code)
        self.code = code


class Carrier(Protocol):
    """One client's line: a WebSocket, or a stream of events with posts beside it."""

    @property
    def waiting(self) -> int:
        """Bytes that the client has not read and the kernel would not take."""

    def recv(self) -> Awaitable[str | bytes]:
        """The next frame of the client; raises Gone. Bytes are what is no text."""

    def post(self, frame: bytes) -> None:
        """Send without waiting; nothing happens when the client is gone."""

    def send(self, frame: bytes) -> Awaitable[None]:
        """Send, and wait until the client has read most of what waits; raises Gone."""

    def close(self, code: CloseCode) -> Awaitable[None]:
        """Say good bye and wait for the end, which a client that does not read never reaches."""

    async def cut(self) -> None:
        """End it at once, whatever still waits."""
