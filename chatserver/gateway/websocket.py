"""A session over a WebSocket (RFC 6455), with frames, pings and closing bounded.

`websockets` keeps messages within their size (§5.4), but reads as many frames as come, answers
each ping at once, and waits without a limit for the peer's close frame.

Nearly all that comes is one whole text frame at a time, for a session that waits for it. Such a
frame is read here and given to the session at once; everything else goes through the library's
parser and queue, which would double the cost of receiving a message.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.typing import Subprotocol

try:
    from websockets.speedups import apply_mask
except ImportError:  # the package was built without a C compiler
    from websockets.utils import apply_mask

from chatserver.core.token_bucket import Bucket
from chatserver.gateway.admission import Peer
from chatserver.gateway.transport import WriteCoalescer
from chatserver.protocol.close import REASONS, CloseCode
from chatserver.protocol.strict_headers import STRICT_HEADERS

CLOSE_FRAME_TIMEOUT_S = 5
"""Seconds a peer may take to answer a close frame."""

FAILURE_DELAY_S = 2
"""Seconds between the close frame after a protocol error and the cut: the peer may read it."""

FRAMES_PER_REQUEST = 10
"""Frames of any kind (fragments, pings, pongs) for each request of the lasting rate limit."""

BURST_FRAMES_PER_REQUEST = 20
"""Frames of any kind for each request of the burst."""


LEN16 = 126
"""Payloads of this many bytes or more have a 16-bit length field (RFC 6455 §5.2)."""

LEN64 = 65_536
"""Payloads of this many bytes or more have a 64-bit length field."""


PING = b"\x89\x00"
"""An unmasked ping without payload (RFC 6455 §5.5.2)."""

EMPTY_PONG = b"\x8a\x80"
"""The head of a masked pong without payload, before the mask."""

EMPTY_FRAME_BYTES = 6
"""Bytes of a masked frame without payload."""

UNSEEN_REQUEST = Request("/live", Headers())
"""Stands for the request of a connection whose handshake the library has not seen."""


def text_head(length: int) -> bytes:
    """Return the head of an unmasked, unfragmented text frame (RFC 6455 §5.2)."""
    if length < LEN16:
        return bytes((0x81, length))
    return b"\x81\x7e" + length.to_bytes(2) if length < LEN64 else b"\x81\x7f" + length.to_bytes(8)


def whole_text(data: bytes, max_size: int | None) -> str | None:
    """Return the text if `data` is one masked, unfragmented text frame of at most 64 KiB.

    None stands for everything else: other frames, parts of one, several at once, larger ones,
    and what is no UTF-8.
    """
    length = len(data) - (6 if len(data) < LEN16 + 6 else 8)
    if not 0 <= length < min(LEN64, (max_size or LEN64) + 1):
        return None
    head = bytes((0x81, 0x80 | length)) if length < LEN16 else b"\x81\xfe" + length.to_bytes(2)
    if not data.startswith(head) or len(data) != len(head) + 4 + length:
        return None
    try:
        return apply_mask(data[len(head) + 4 :], data[len(head) : len(head) + 4]).decode()
    except UnicodeDecodeError:
        return None


class FrameReader(StreamReader):
    """The bytes of a connection; it is idle when no frame is half read."""

    is_idle = False

    def at_eof(self) -> Generator[None, None, bool]:
        """Wait for the first byte of a frame; the parser asks this between two frames."""
        self.is_idle = True
        ended = yield from super().at_eof()
        self.is_idle = False
        return ended


class LiveProtocol(ServerProtocol):
    """The frames of one connection, with a limit; `rate` and `burst` are those of requests."""

    def __init__(
        self,
        subprotocols: Sequence[Subprotocol] | None,
        max_size: int | None,
        rate: float,
        burst: int,
    ) -> None:
        super().__init__(subprotocols=subprotocols, max_size=max_size)
        self._frames = Bucket.full(
            FRAMES_PER_REQUEST * rate, BURST_FRAMES_PER_REQUEST * burst, _now()
        )
        self.is_held_up = False
        """True while the peer does not read the frames it was sent."""
        self.unanswered: bytes | None = None
        """The payload of the newest ping that came meanwhile."""
        self.has_failed = False
        self.has_answered = True
        """True after a pong to the last ping."""

    def take_text(self, data: bytes) -> str | None:
        """Return the text of a frame that needs no parser, or None for one that does.

        No frame may be half read, no message be in fragments, and the limit not be reached.
        """
        if self.state is not State.OPEN or self.current_size is not None or not self.reader.is_idle:
            return None
        text = whole_text(data, self.max_message_size)
        return text if text is not None and not self._frames.consume_or_wait_ms(_now()) else None

    def takes_pong(self, data: bytes) -> bool:
        """Return True if `data` was the answer to a ping and nothing else, as it mostly is."""
        if len(data) != EMPTY_FRAME_BYTES or not data.startswith(EMPTY_PONG):
            return False
        if self.state is not State.OPEN or not self.reader.is_idle:
            return False
        if self._frames.consume_or_wait_ms(_now()):
            return False
        self.has_answered = True
        return True

    def parse(self) -> Generator[None]:
        """Parse frames from the first byte on: aiohttp has read the request's head."""
        self.reader: FrameReader = FrameReader()
        return Protocol.parse(self)

    def fail(self, code: int, reason: str = "") -> None:
        """Fail the connection after a protocol error; nothing more is read."""
        self.has_failed = True
        super().fail(code, reason)

    def recv_frame(self, frame: Frame) -> None:
        """Handle one frame; the first one over the limit fails the connection."""
        if self._frames.consume_or_wait_ms(_now()):
            code = CloseCode.TOO_MANY_REQUESTS
            self.fail(code, REASONS[code])
        elif frame.opcode is Opcode.PING and self.is_held_up:
            # RFC 6455 §5.5.3: only the newest ping needs an answer, so no more than one waits.
            self.unanswered = bytes(frame.data)
        else:
            self.has_answered |= frame.opcode is Opcode.PONG
            super().recv_frame(frame)


class LiveConnection(ServerConnection):
    """A server connection with a heartbeat, bounded closing, and the peer it belongs to."""

    peer: Peer
    protocol: LiveProtocol

    def __init__(self, protocol: LiveProtocol, server: Server) -> None:
        super().__init__(
            protocol,
            server,
            ping_interval=None,
            ping_timeout=None,
            close_timeout=CLOSE_FRAME_TIMEOUT_S,
        )
        self._reading: asyncio.Future[str | None] | None = None

    def answer(self, request: Request) -> None:
        """Open the connection (RFC 6455 §4.2.2), or send the refusal and abort it soon."""
        self.request = request
        response = self.protocol.accept(request)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS and not self.server.is_serving():
            response = self.protocol.reject(HTTPStatus.SERVICE_UNAVAILABLE, "Restarting.\n")
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            # A refused handshake is an answer like any other.
            response.headers.update(STRICT_HEADERS)
            self.loop.call_later(FAILURE_DELAY_S, self.transport.abort)
        self.response = response
        self.protocol.send_response(response)
        self.send_data()

    def open(self, response: bytes) -> None:
        """Open the connection with a response that was made already."""
        self.request = UNSEEN_REQUEST
        self.protocol.state = State.OPEN
        self.transport.write(response)

    def beat(self) -> bool:
        """Ping the peer; one that has not answered the ping before is cut.

        Return False when there is nothing more to ping. The library's own task for this took 3 KiB
        of each connection's 20.
        """
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        if not self.protocol.has_answered:
            self.protocol.fail(CloseCode.FAILED, "keepalive ping timeout")
            self.loop.call_later(FAILURE_DELAY_S, self.transport.abort)
            self.send_data()
            return False
        self.protocol.has_answered = False
        # Frames that wait for the coalesced write are whole, so a ping may precede them.
        self.transport.write(PING)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wake_for_queue()

    async def next_message(self) -> str | bytes:
        """Return the next message, bytes if it is binary; raises ConnectionClosed."""
        if not self.recv_messages.frames and not self.recv_messages.closed:
            self._reading = self.loop.create_future()
            text = await self._reading
            if text is not None:
                return text
        return await self.recv()

    def _wake_for_queue(self) -> None:
        """Wake the session if it waits: the library has queued a message."""
        if self._reading is not None and not self._reading.done():
            self._reading.set_result(None)

    def data_received(self, data: bytes) -> None:
        # A session that does something else finds its next messages in the queue, in their order.
        if self._reading is not None and not self._reading.done():
            text = self.protocol.take_text(data)
            if text is not None:
                return self._reading.set_result(text)
        if self.protocol.takes_pong(data):
            return None
        super().data_received(data)
        if self.recv_messages.frames or self.recv_messages.closed:
            self._wake_for_queue()
        if self.protocol.has_failed:
            # Nothing more of this peer is handled, and reading it would take time from others.
            self.transport.pause_reading()
            self.loop.call_later(FAILURE_DELAY_S, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.protocol.is_held_up = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.protocol.is_held_up = False
        ping, self.protocol.unanswered = self.protocol.unanswered, None
        if ping is not None and self.protocol.state is State.OPEN:
            self.protocol.send_pong(ping)
            self.send_data()


def _now() -> int:
    """ms of a clock that never goes back."""
    return time.monotonic_ns() // 1_000_000


MAX_GATHERED_BYTES = 16_384
"""Bytes after which a connection is written to at once and not with the others."""


@dataclass(slots=True, eq=False)
class WebSocketTransport:
    """A session's transport over a `websockets` connection.

    Frames that are posted wait in the connection's protocol for the coalesced write. A frame that
    the library sends by itself (a pong) takes them along, in their order.
    """

    connection: LiveConnection
    coalescer: WriteCoalescer
    recv: Callable[[], Awaitable[str | bytes]] = field(init=False)
    _posted: int = 0

    def __post_init__(self) -> None:
        self.recv = self.connection.next_message

    @property
    def waiting(self) -> int:
        return self.connection.transport.get_write_buffer_size()

    def post(self, frame: bytes) -> None:
        protocol = self.connection.protocol
        if protocol.state is not State.OPEN:
            return
        protocol.writes += (text_head(len(frame)), frame)
        if not self._posted:
            self.coalescer.join(self._send)
        self._posted += len(frame)
        if self._posted > MAX_GATHERED_BYTES:
            # `waiting` counts only what was written, and a slow reader must be seen in time.
            self._send()

    def send(self, frame: bytes) -> Awaitable[None]:
        return self.connection.send(frame, text=True)

    def close(self, code: CloseCode, reason: str | None = None) -> Awaitable[None]:
        return self.connection.close(code, reason or REASONS[code])

    async def cut(self) -> None:
        self.connection.transport.abort()
        await self.connection.wait_closed()

    def _send(self) -> None:
        self._posted = 0
        frames = self.connection.protocol.data_to_send()
        if frames and not self.connection.transport.is_closing():
            self.connection.transport.write(b"".join(frames))
