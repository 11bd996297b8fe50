"""Sessions over server-sent events: `GET /live/events` one way, `POST /live/frames` the other.

They serve networks whose proxy cuts WebSockets. The stream is one HTTP response that does not end,
so an intermediary sees a slow download; it ends with the connection, which HTTP/1.0 and every proxy
understand.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate

from aiohttp import web

from chatserver.core.errors import Code, RateLimited, Refused, Unavailable
from chatserver.core.ids import base32
from chatserver.gateway.admission import Admission, Peer
from chatserver.gateway.hijack import HijackedResponse, take_transport
from chatserver.gateway.transport import CLOSE_TIMEOUT_S, ConnectionLost, Transport
from chatserver.protocol.close import REASONS, CloseCode
from chatserver.protocol.codec import encode
from chatserver.protocol.reorder import TRY_AGAIN_MS, WINDOW, FrameReorderer
from chatserver.protocol.strict_headers import STRICT_HEADERS
from chatserver.services.clock import Entropy
from chatserver.settings import Settings, ms

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    # A proxy that caches, compresses or buffers delays the stream; nginx obeys the third.
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "Connection": "close",
    **STRICT_HEADERS,
}


@dataclass(slots=True, eq=False)
class EventStream(asyncio.Protocol):
    """A session's transport over the connection of a request for `text/event-stream`.

    `key` names it in posts; `forget` is called with it when the connection has ended. A client that
    posts nothing for `heartbeat_s` seconds after a ping is cut; 0 sends no pings.
    """

    key: str
    heartbeat_s: float
    forget: Callable[[str], None]
    sequence: FrameReorderer = field(default_factory=FrameReorderer)
    _transport: asyncio.Transport = field(init=False)
    _received: deque[str | bytes] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _writable: asyncio.Event = field(default_factory=asyncio.Event)
    _lost: asyncio.Event = field(default_factory=asyncio.Event)
    _timer: asyncio.TimerHandle | None = None
    _has_sent: bool = True
    _ended: bool = False

    # The side of the session (`Transport`).

    @property
    def waiting(self) -> int:
        return self._transport.get_write_buffer_size()

    async def recv(self) -> str | bytes:
        while not self._received:
            if self._ended:
                raise ConnectionLost(None, None)
            self._arrived.clear()
            await self._arrived.wait()
        return self._received.popleft()

    def post(self, frame: bytes) -> None:
        if not self._ended:
            self._transport.write(b"data: " + frame + b"\n\n")

    async def send(self, frame: bytes) -> None:
        self.post(frame)
        await self._writable.wait()
        if self._ended:
            raise ConnectionLost(None, None)

    async def close(self, code: CloseCode, reason: str | None = None) -> None:
        self.end(code, reason)
        await self._lost.wait()

    async def cut(self) -> None:
        self._transport.abort()
        await self._lost.wait()

    # The side of the posts.

    @property
    def is_open(self) -> bool:
        """Return True while the session takes frames."""
        return not self._ended

    @property
    def queued(self) -> int:
        """The number of frames that wait for the session."""
        return len(self._received)

    def note_alive(self) -> None:
        """Note that the client is alive."""
        self._has_sent = True

    def queue_frames(self, frames: Iterable[str | bytes]) -> None:
        """Queue frames for the session, in their order."""
        self._received.extend(frames)
        self._arrived.set()

    def abort(self) -> None:
        """Abort the connection."""
        self._transport.abort()

    def end(self, code: CloseCode, reason: str | None = None) -> None:
        """Send the close event without waiting; bytes not read within 8 s are dropped."""
        if self._ended:
            return
        self._send_event("close", {"code": code, "reason": reason or REASONS[code]})
        self._received.clear()
        self._finish()
        self._transport.close()
        self._timer = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self._transport.abort)

    # The side of the connection (`asyncio.Protocol`).

    def begin(self, transport: asyncio.Transport) -> None:
        """Answer the request on `transport` with a stream whose first event has the key."""
        self._transport = transport
        self._writable.set()
        transport.set_protocol(self)
        transport.write(_head())
        self._send_event("session", {"key": self.key, "heartbeat": ms(self.heartbeat_s)})
        self._wait_for_beat()
        # aiohttp may have paused reading, and then the end of the connection would go unnoticed.
        transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        # What was posted before is still answered for: a last message may be among it.
        self._finish()
        self.forget(self.key)
        self._lost.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._ended = True
        self._arrived.set()
        self._writable.set()

    def _wait_for_beat(self) -> None:
        if self.heartbeat_s:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.heartbeat_s, self._beat)

    def _beat(self) -> None:
        if not self._has_sent:
            self.end(CloseCode.FAILED)
            return
        self._has_sent = False
        self._send_event("ping", {})
        self._wait_for_beat()

    def _send_event(self, event: str, fields: dict[str, object]) -> None:
        self._transport.write(f"event: {event}\ndata: ".encode() + encode(fields) + b"\n\n")


def _head() -> bytes:
    headers = HEADERS | {"Date": formatdate(usegmt=True)}
    lines = ["HTTP/1.1 200 OK", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join((*lines, "", "")).encode()


SESSION_HEADER = "X-Session"
SEQUENCE_HEADER = "X-Sequence"
KEY_BITS = 160

Serve = Callable[[Transport, Peer], Awaitable[None]]


@dataclass(slots=True)
class EventStreams:
    """The open streams by key; the key is the credential for posting to a session."""

    settings: Settings
    admission: Admission
    serve: Serve
    entropy: Entropy
    tasks: asyncio.TaskGroup
    _open: dict[str, EventStream] = field(default_factory=dict)
    _is_closed: bool = False

    def count(self) -> int:
        """Return the number of open streams."""
        return len(self._open)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Begin a session; its first event is the key for its posts.

        Raises what Admission.admit raises; Unavailable while the server drains.
        """
        if self._is_closed:
            raise Unavailable
        peer = self.admission.admit(request, own_pages_only=True)
        key = base32(self.entropy(KEY_BITS), KEY_BITS // 5)
        stream = EventStream(key, self.settings.heartbeat_s, self._open.__delitem__)
        transport = take_transport(request).transport
        self._open[key] = stream
        stream.begin(transport)
        self.tasks.create_task(self._session(stream, peer), name="streamed session")
        return HijackedResponse()

    async def frames(self, request: web.Request) -> web.StreamResponse:
        """Accept the frames of a post, once and in order; 204 means not to post them again.

        Raises Refused `not_found` for a wrong key, `invalid` for a wrong number, HTTP's 413 for
        a body that is larger than a frame may be, and RateLimited for what comes too early.
        """
        stream = self._stream(request)
        stream.note_alive()
        frames = lines(await self._body(request, stream))
        if frames:
            first = _sequence_number(request)
            if not stream.is_open:
                raise Refused(Code.NOT_FOUND)
            if stream.queued >= WINDOW:
                raise RateLimited(TRY_AGAIN_MS)
            stream.queue_frames(stream.sequence.accept(first, frames))
        return web.Response(status=204)

    def close(self, code: CloseCode) -> None:
        """Refuse new streams, and end the open ones without waiting for them."""
        self._is_closed = True
        for stream in tuple(self._open.values()):
            stream.end(code)

    def abort(self) -> None:
        """Abort the streams that have not ended yet."""
        for stream in tuple(self._open.values()):
            stream.abort()

    def _stream(self, request: web.Request) -> EventStream:
        stream = self._open.get(request.headers.get(SESSION_HEADER, ""))
        if stream is None or not stream.is_open:
            raise Refused(Code.NOT_FOUND)
        return stream

    async def _session(self, stream: EventStream, peer: Peer) -> None:
        try:
            await self.serve(stream, peer)
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


def _sequence_number(request: web.Request) -> int:
    text = request.headers.get(SEQUENCE_HEADER, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text)):
        raise Refused(Code.INVALID, field=SEQUENCE_HEADER)
    return int(text)


def lines(body: bytes) -> list[str | bytes]:
    """Return the frames of a body, one on each line; bytes where a line is not UTF-8."""
    return [_text(line) for line in body.split(b"\n") if line.strip()]


def _text(line: bytes) -> str | bytes:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line
