"""The transport of a session: its interface, the bounded send buffer and the write coalescer.

Sessions know this interface and no library: a WebSocket and an event stream implement it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from websockets.exceptions import ConnectionClosed

from chatserver.protocol.close import CloseCode

ConnectionLost = ConnectionClosed
"""The client is no longer connected.

It is the exception of `websockets` under our name for it: translating it would cost each frame
of a WebSocket one coroutine more.
"""


class SessionEnded(Exception):
    """The server ends the session, with a close code for the client.

    `reason` takes the place of the code's usual sentence; at most 123 bytes (RFC 6455 §5.5).
    """

    def __init__(self, code: CloseCode, reason: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class Transport(Protocol):
    """The connection of one client: a WebSocket, or an event stream with posts beside it."""

    @property
    def waiting(self) -> int:
        """Bytes in the transport's write buffer: the client is too slow for them."""

    def recv(self) -> Awaitable[str | bytes]:
        """Return the client's next frame, bytes if it is not text; raises ConnectionLost."""

    def post(self, frame: bytes) -> None:
        """Send without waiting; does nothing if the client is gone."""

    def send(self, frame: bytes) -> Awaitable[None]:
        """Send, and wait until the client has read most of the buffer; raises ConnectionLost."""

    def close(self, code: CloseCode, reason: str | None = None) -> Awaitable[None]:
        """Close and wait for the end, which never comes with a client that does not read."""

    async def cut(self) -> None:
        """Abort the connection; what is in the buffer is lost."""


UNAWAITED_BYTES = 32_768
"""Bytes that may be buffered before an answer waits for the client (backpressure)."""

SEND_TIMEOUT_S = 30.0
"""Seconds after which a client that asks but does not read is cut."""

CLOSE_TIMEOUT_S = 8.0
"""Seconds after which a connection that does not close is cut."""


@dataclass(slots=True, eq=False)
class SendBuffer:
    """Sends frames to one client, with a bound on what may be buffered for it.

    The buffer is the transport's own, so an idle session needs neither a queue nor a task.
    """

    transport: Transport
    limit: int

    def try_send(self, frame: bytes) -> bool:
        """Send without waiting; return False if more than `limit` bytes would be buffered."""
        # Asked first: nearly always nothing waits, and the length need not be added.
        waiting = self.transport.waiting
        if self.limit and waiting and waiting + len(frame) > self.limit:
            return False
        self.transport.post(frame)
        return True

    async def send_waiting(self, frame: bytes) -> None:
        """Send as fast as the client reads: answers, and events that it has missed.

        Raises ConnectionLost.
        """
        if self.transport.waiting + len(frame) < UNAWAITED_BYTES:
            self.transport.post(frame)
        else:
            await self._within(SEND_TIMEOUT_S, self.transport.send(frame))

    async def close(self, code: CloseCode, reason: str | None = None) -> None:
        """Close with a code; wait for the client's own close, but at most 8 s."""
        await self._within(CLOSE_TIMEOUT_S, self.transport.close(code, reason))

    async def _within(self, seconds: float, sending: Awaitable[None]) -> None:
        """Wait for a client that may never read again, but only for `seconds`.

        `websockets` itself waits without a limit once the socket takes no more, and its pings
        wait in the same line.
        """
        try:
            async with asyncio.timeout(seconds):
                await sending
        except TimeoutError:
            await self.transport.cut()


_log: structlog.stdlib.BoundLogger = structlog.get_logger("transport")


@dataclass(slots=True)
class WriteCoalescer:
    """Coalesces frames: one write for each connection in two turns of the event loop.

    A group of messages is committed together, so a technician is sent many events in the same
    moment, and a customer the event and its `ok`. Writing each frame by itself took 3.4 system
    calls for a message of 200 pairs; now it takes 1.4.
    """

    _due: list[Callable[[], None]] = field(default_factory=list)

    def join(self, send: Callable[[], None]) -> None:
        """Call `send` two turns of the loop later, when the answers are in the buffer as well."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._after_answers)
        self._due.append(send)

    def _after_answers(self) -> None:
        # The tasks that awaited the commit run in this turn of the loop and push their `ok`.
        asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        due, self._due = self._due, []
        for send in due:
            try:
                send()
            except Exception:
                # A connection that fails must not keep the others from being written to.
                _log.exception("a session was not written to")
