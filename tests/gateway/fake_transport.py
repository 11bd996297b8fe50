"""A transport in memory: it remembers what was sent and blocks as a client that does not read."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field

import orjson

from chatserver.gateway.subscriptions import Subscriber
from chatserver.gateway.transport import SendBuffer
from chatserver.protocol.close import CloseCode


@dataclass(slots=True)
class FakeTransport:
    """The transport of one client. `waiting` is the number of bytes it has not read."""

    waiting: int = 0
    sent: list[bytes] = field(default_factory=list)
    closed: list[CloseCode] = field(default_factory=list)
    was_cut: bool = False
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as the client reads; `send` and `close` wait for it."""

    def recv(self) -> Awaitable[str | bytes]:
        raise NotImplementedError("this client says nothing")

    def post(self, frame: bytes) -> None:
        self.sent.append(frame)

    async def send(self, frame: bytes) -> None:
        await self.reads.wait()
        self.sent.append(frame)

    async def close(self, code: CloseCode, reason: str | None = None) -> None:
        await self.reads.wait()
        self.closed.append(code)

    async def cut(self) -> None:
        self.was_cut = True

    def frames(self) -> list[dict[str, object]]:
        """Return the frames sent so far, decoded, and forget them."""
        sent, self.sent = self.sent, []
        return [orjson.loads(each) for each in sent]


def new_subscriber(
    person: str, transport: FakeTransport, *, internal: bool = False, session: str | None = None
) -> Subscriber:
    """Return a session of this person over a transport, with an unlimited send buffer."""
    return Subscriber(session or f"{person}-1", person, internal, SendBuffer(transport, 0))
