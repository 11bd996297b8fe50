"""The bounded way out to one client."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from chatserver.gateway.transport import Carrier
from chatserver.protocol.close import CloseCode

CALM = 32_768
"""Bytes that may wait while an answer is still sent without waiting for the client to read."""

PATIENCE_S = 30.0
"""Seconds that a client which asks, but does not read the answers, is waited for."""

FAREWELL_S = 8.0
"""Seconds until a connection that does not end by itself is cut."""


@dataclass(slots=True, eq=False)
class Outbox:
    """Sends frames to one client.

    What waits for the client waits in the transport's own buffer, so an idle session costs
    neither a queue nor a task, and `offer` never waits for anybody.
    """

    carrier: Carrier
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
