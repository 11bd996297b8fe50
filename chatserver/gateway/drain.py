"""Draining: each client is sent a time at which to reconnect, spread over some seconds."""

import asyncio

from chatserver.gateway.sse import EventStreams
from chatserver.gateway.subscriptions import Subscriber, Subscriptions
from chatserver.gateway.upgrade import LiveServer
from chatserver.protocol.close import CloseCode
from chatserver.protocol.codec import encode

MAX_CLOSED_TOGETHER = 500
"""Sessions closed together; the next batch follows when these have answered the close."""

ANSWER_TIMEOUT_S = 2.0
"""Seconds in which clients may answer the close; then the sockets are aborted."""

CLOSE_COST_S = 0.0002
"""Seconds that are added for each client: the time the server takes to close one session."""

SOONEST_MS = 500
"""ms until the first client reconnects."""

RELOAD_COST_MS = 0.5
"""ms that are added for each client: the most it takes to close one, and to load its open
conversations at the next start. A client that comes too early backs off, longer each time."""

HANDSHAKE_SPACING_MS = 1.0
"""ms between two clients at least. A handshake takes some 0.6 ms."""


async def drain_sessions(
    server: LiveServer, streams: EventStreams, subscriptions: Subscriptions, spread_s: float
) -> None:
    """Stop listening, send `bye` to every session, and close them all with 1012.

    The times at which clients are asked to come back are spread over `spread_s` seconds, more
    where there are thousands of them.
    """
    server.server.close()
    subscribers = subscriptions.all_sessions()
    for subscriber, retry_after in zip(
        subscribers, reconnect_delays_ms(len(subscribers), spread_s), strict=True
    ):
        subscriber.send_buffer.try_send(encode({"type": "bye", "retry_after": retry_after}))
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S + CLOSE_COST_S * len(subscribers)):
            for start in range(0, len(subscribers), MAX_CLOSED_TOGETHER):
                await _close(subscribers[start : start + MAX_CLOSED_TOGETHER])
    except TimeoutError:
        for connection in tuple(server.all_connections):
            connection.transport.abort()
        streams.abort()
    # Only connections without a hello are left: they get the same close code.
    streams.close(CloseCode.RESTART)
    server.close(code=CloseCode.RESTART)


def reconnect_delays_ms(count: int, spread_s: float) -> list[int]:
    """Return the delays (ms) after which `count` clients reconnect, evenly spread."""
    soonest, spread = (
        SOONEST_MS + RELOAD_COST_MS * count,
        max(spread_s * 1_000, HANDSHAKE_SPACING_MS * count),
    )
    return [round(soonest + spread * number / count) for number in range(count)]


async def _close(subscribers: tuple[Subscriber, ...]) -> None:
    async with asyncio.TaskGroup() as group:
        for subscriber in subscribers:
            group.create_task(subscriber.send_buffer.close(CloseCode.RESTART), name="bye")
