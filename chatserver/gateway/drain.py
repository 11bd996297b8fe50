"""Seeing everybody off: each client is told to come back, and not all at the same moment."""

import asyncio
import random

from chatserver.gateway.audience import Audience, Member
from chatserver.gateway.streams import Streams
from chatserver.gateway.upgrade import LiveServer
from chatserver.protocol.close import CloseCode
from chatserver.protocol.codec import encode

BATCH = 500
"""Sessions closed together; the next ones follow when these have said good bye."""

PATIENCE_S = 2.0
"""Seconds in which a whole server's clients may say good bye; then the sockets are closed."""

SOONEST = 500
"""ms until the first client comes back."""


async def see_off(
    server: LiveServer, streams: Streams, audience: Audience, spread_s: float
) -> None:
    """Stop listening, say `bye` to every session, close them all with 1012.

    The times at which clients are asked to come back are spread over `spread_s` seconds, more
    where there are thousands of them.
    """
    server.server.close()
    members = audience.everybody()
    spread = max(round(spread_s * 1_000), 2 * len(members))
    for member in members:
        retry_after = SOONEST + random.randrange(spread + 1)
        member.outbox.offer(encode({"type": "bye", "retry_after": retry_after}))
    try:
        async with asyncio.timeout(PATIENCE_S):
            for start in range(0, len(members), BATCH):
                await _close(members[start : start + BATCH])
    except TimeoutError:
        for connection in tuple(server.all_connections):
            connection.transport.abort()
        streams.abort()
    # Who never said hello is left, and is closed with the same code.
    streams.close(CloseCode.RESTART)
    server.close(code=CloseCode.RESTART)


async def _close(members: tuple[Member, ...]) -> None:
    async with asyncio.TaskGroup() as group:
        for member in members:
            group.create_task(member.outbox.close(CloseCode.RESTART), name="bye")
