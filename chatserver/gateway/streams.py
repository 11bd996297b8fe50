"""`GET /live/events` and `POST /live/frames`: live sessions for those who get no WebSocket."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from chatserver.core.errors import Code, RateLimited, Refused, Unavailable
from chatserver.core.ids import base32
from chatserver.gateway.admission import Door, Guest
from chatserver.gateway.handover import HandedOver, take_transport
from chatserver.gateway.sse import EventStream
from chatserver.gateway.transport import Carrier
from chatserver.protocol.close import CloseCode
from chatserver.protocol.reorder import TRY_AGAIN_MS, WINDOW
from chatserver.services.ports import Entropy
from chatserver.settings import Settings

KEY = "X-Session"
NUMBER = "X-Sequence"
KEY_BITS = 160

Serve = Callable[[Carrier, Guest], Awaitable[None]]


@dataclass(slots=True)
class Streams:
    """The open streams by key; whoever knows a key may post for its session."""

    settings: Settings
    door: Door
    serve: Serve
    entropy: Entropy
    tasks: asyncio.TaskGroup
    _open: dict[str, EventStream] = field(default_factory=dict)
    _is_closed: bool = False

    def count(self) -> int:
        """How many connections there are."""
        return len(self._open)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Begin a session; its first event is the key for its posts.

        Raises what the door refuses, and Unavailable when the server is going down.
        """
        if self._is_closed:
            raise Unavailable
        guest = self.door.admit(request, own_pages_only=True)
        key = base32(self.entropy(KEY_BITS), KEY_BITS // 5)
        stream = EventStream(key, self.settings.heartbeat_s, self._open.__delitem__)
        transport = take_transport(request).transport
        self._open[key] = stream
        stream.begin(transport)
        self.tasks.create_task(self._session(stream, guest), name="streamed session")
        return HandedOver()

    async def frames(self, request: web.Request) -> web.StreamResponse:
        """Take the frames of a post, in their order and once; 204 when they need not come again.

        Raises Refused `not_found` for a wrong key, `invalid` for a wrong number, HTTP's 413 for
        a body that is larger than a frame may be, and RateLimited for what comes too early.
        """
        stream = self._stream(request)
        stream.heard()
        frames = lines(await self._body(request, stream))
        if frames:
            first = _number(request)
            if not stream.is_open:
                raise Refused(Code.NOT_FOUND)
            if stream.behind >= WINDOW:
                raise RateLimited(TRY_AGAIN_MS)
            stream.put(stream.sequence.take(first, frames))
        return web.Response(status=204)

    def close(self, code: CloseCode) -> None:
        """Open no more, and end those that are open without waiting for them."""
        self._is_closed = True
        for stream in tuple(self._open.values()):
            stream.end(code)

    def abort(self) -> None:
        """Cut all that have not ended yet."""
        for stream in tuple(self._open.values()):
            stream.abort()

    def _stream(self, request: web.Request) -> EventStream:
        stream = self._open.get(request.headers.get(KEY, ""))
        if stream is None or not stream.is_open:
            raise Refused(Code.NOT_FOUND)
        return stream

    async def _session(self, stream: EventStream, guest: Guest) -> None:
        try:
            await self.serve(stream, guest)
        finally:
            stream.end(CloseCode.FAILED)

    async def _body(self, request: web.Request, stream: EventStream) -> bytes:
        limit = self.settings.frame_limit
        body = bytearray()
        async for chunk in request.content.iter_any():
            body += chunk
            if limit and len(body) > limit:
                stream.end(CloseCode.TOO_LARGE)
                raise web.HTTPRequestEntityTooLarge(limit, len(body))
        return bytes(body)


def _number(request: web.Request) -> int:
    text = request.headers.get(NUMBER, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text)):
        raise Refused(Code.INVALID, field=NUMBER)
    return int(text)


def lines(body: bytes) -> list[str | bytes]:
    """The frames of a body, one on each line; bytes where a line is no text."""
    return [_text(line) for line in body.split(b"\n") if line.strip()]


def _text(line: bytes) -> str | bytes:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line
