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
"""Raised by whatever is tried with a client that is no longer there.

It is the exception of `websockets` under our name for it: translating it would cost each frame
of a WebSocket one coroutine more.
"""


class SessionEnded(Exception):
    """The session is over, by the server's decision."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code)
        self.code = code


class Transport(Protocol):
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


CALM = 32_768
"""Bytes that may wait while an answer is still sent without waiting for the client to read."""

PATIENCE_S = 30.0
"""Seconds that a client which asks, but does not read the answers, is waited for."""

FAREWELL_S = 8.0
"""Seconds until a connection that does not end by itself is cut."""


@dataclass(slots=True, eq=False)
class SendBuffer:
    """Sends frames to one client.

    What waits for the client waits in the transport's own buffer, so an idle session costs
    neither a queue nor a task, and `offer` never waits for anybody.
    """

    carrier: Transport
    limit: int

    def offer(self, frame: bytes) -> bool:
        """Send without waiting; False when more than `limit` bytes would wait for the client."""
        waiting = self.carrier.waiting
        if self.limit and waiting and waiting + len(frame) > self.limit:
            return False
        self.carrier.post(frame)
        return True

    async def push(self, frame: bytes) -> None:
        """Send as fast as the client reads: for answers and for what was missed.

        Raises Gone.
        """
        if self.carrier.waiting + len(frame) < CALM:
            self.carrier.post(frame)
        else:
            await self._within(PATIENCE_S, self.carrier.send(frame))

    async def close(self, code: CloseCode) -> None:
        """Say good bye; waits a bounded time for the client to say so too."""
        await self._within(FAREWELL_S, self.carrier.close(code))

    async def _within(self, seconds: float, sending: Awaitable[None]) -> None:
        """Wait for a client that may never read again, but not for ever.

        `websockets` itself waits without a limit once the socket takes no more, and its pings
        wait in the same line.
        """
        try:
            async with asyncio.timeout(seconds):
                await sending
        except TimeoutError:
            await self.carrier.cut()


_log: structlog.stdlib.BoundLogger = structlog.get_logger("rounds")


@dataclass(slots=True)
class WriteCoalescer:
    """Gathers who has something to send, and lets each send all of it at once.

    A group of messages is committed together, so a technician is told of many of them in the
    same moment, and a customer of their message and of its `ok`. Writing each frame by itself
    took 3.4 system calls for a message of 200 pairs; now it takes 1.4.
    """

    _due: list[Callable[[], None]] = field(default_factory=list)

    def join(self, send: Callable[[], None]) -> None:
        """Call `send` soon, after the answers to what is being told now."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._after_answers)
        self._due.append(send)

    def _after_answers(self) -> None:
        # Who waited for a commit wakes in this turn of the loop and answers; then all is there.
        asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        due, self._due = self._due, []
        for send in due:
            try:
                send()
            except Exception:
                # One line's trouble is not the others'.
                _log.exception("a session was not written to")
