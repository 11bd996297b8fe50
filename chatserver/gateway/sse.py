"""A session carried by server-sent events one way and posts the other.

For networks whose proxy cuts WebSockets. The stream is one answer of HTTP that does not end, so
it looks like a slow download to whatever stands in between; it ends with the connection, which
HTTP/1.0 and every proxy understand.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate

from chatserver.gateway.transport import FAREWELL_S, Gone
from chatserver.protocol.close import REASONS, CloseCode
from chatserver.protocol.codec import encode
from chatserver.protocol.reorder import Sequence
from chatserver.protocol.security_headers import CLOSED

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    # Whoever keeps, packs or gathers the stream delays it; nginx listens to the last of these.
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "Connection": "close",
    **CLOSED,
}


@dataclass(slots=True, eq=False)
class EventStream(asyncio.Protocol):
    """A Carrier over a transport that a request for `text/event-stream` was made on.

    `key` names it to those who post; `forget` is called with it when the connection has ended.
    Who answers no ping (with any post) for `heartbeat_s` seconds is gone; 0 asks nobody.
    """

    key: str
    heartbeat_s: float
    forget: Callable[[str], None]
    sequence: Sequence = field(default_factory=Sequence)
    _transport: asyncio.Transport = field(init=False)
    _line: deque[str | bytes] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _calm: asyncio.Event = field(default_factory=asyncio.Event)
    _lost: asyncio.Event = field(default_factory=asyncio.Event)
    _timer: asyncio.TimerHandle | None = None
    _heard: bool = True
    _ended: bool = False

    # As a Carrier.

    @property
    def waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    async def recv(self) -> str | bytes:
        while not self._line:
            if self._ended:
                raise Gone(None, None)
            self._news.clear()
            await self._news.wait()
        return self._line.popleft()

    def post(self, frame: bytes) -> None:
        if not self._ended:
            self._transport.write(b"data: " + frame + b"\n\n")

    async def send(self, frame: bytes) -> None:
        self.post(frame)
        await self._calm.wait()
        if self._ended:
            raise Gone(None, None)

    async def close(self, code: CloseCode) -> None:
        self.end(code)
        await self._lost.wait()

    async def cut(self) -> None:
        self._transport.abort()
        await self._lost.wait()

    # As those who post see it.

    @property
    def is_open(self) -> bool:
        """Whether the session still takes frames."""
        return not self._ended

    @property
    def behind(self) -> int:
        """Frames that the session has not come to yet."""
        return len(self._line)

    def heard(self) -> None:
        """The client has given a sign of life."""
        self._heard = True

    def put(self, frames: Iterable[str | bytes]) -> None:
        """Frames for the session, in their order."""
        self._line.extend(frames)
        self._news.set()

    def abort(self) -> None:
        """End it at once and wait for nothing."""
        self._transport.abort()

    def end(self, code: CloseCode) -> None:
        """Say good bye and wait for nothing; what the client does not read in time is dropped."""
        if self._ended:
            return
        self._tell("close", {"code": code, "reason": REASONS[code]})
        self._line.clear()
        self._finish()
        self._transport.close()
        self._timer = asyncio.get_running_loop().call_later(FAREWELL_S, self._transport.abort)

    # As a protocol of asyncio.

    def begin(self, transport: asyncio.Transport) -> None:
        """Answer the request on `transport` with a stream, and tell its key."""
        self._transport = transport
        self._calm.set()
        transport.set_protocol(self)
        transport.write(_head())
        self._tell("session", {"key": self.key, "heartbeat": round(self.heartbeat_s * 1_000)})
        self._wait_for_beat()
        # aiohttp may have stopped reading; then nobody would see that the client leaves.
        transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        # What was posted before is still answered for: a last message may be among it.
        self._finish()
        self.forget(self.key)
        self._lost.set()

    def pause_writing(self) -> None:
        self._calm.clear()

    def resume_writing(self) -> None:
        self._calm.set()

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._ended = True
        self._news.set()
        self._calm.set()

    def _wait_for_beat(self) -> None:
        if self.heartbeat_s:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.heartbeat_s, self._beat)

    def _beat(self) -> None:
        if not self._heard:
            self.end(CloseCode.FAILED)
            return
        self._heard = False
        self._tell("ping", {})
        self._wait_for_beat()

    def _tell(self, event: str, fields: dict[str, object]) -> None:
        self._transport.write(f"event: {event}\ndata: ".encode() + encode(fields) + b"\n\n")


def _head() -> bytes:
    headers = HEADERS | {"Date": formatdate(usegmt=True)}
    lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join((*lines, "", "")).encode()
