"""A minimal WebSocket client, cheap enough for thousands in one process."""

import asyncio
from collections import deque
from collections.abc import Callable

import orjson
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Fields = dict[str, object]
Heard = Callable[[bytes], None]

TEXT = WSMsgType.TEXT
CLOSE = WSMsgType.CLOSE
HEADER_BYTES = 4
"""Bytes of a frame's header for 126 to 65,535 bytes; for fewer they are 2 (RFC 6455 §5.2)."""

PATIENCE_S = 60.0
"""The timeout for a response, in seconds."""


class Line(WSListener):
    """One connection; frames are queued for `until` unless there is a `listener`."""

    def __init__(self) -> None:
        self.listener: Heard | None = None
        self.received_bytes = 0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: WSTransport | None = None
        self._kept: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Store the transport after the handshake."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Deliver or queue a text frame; answer a close frame."""
        # Control frames are answered by the library; only text carries frames of the wire
        # protocol.
        if frame.msg_type == TEXT:
            payload = frame.get_payload_as_bytes()
            self.received_bytes += len(payload) + (HEADER_BYTES if len(payload) > 125 else 2)
            if self.listener is not None:
                self.listener(payload)
            else:
                self._kept.append(payload)
                self._wake()
        elif frame.msg_type == CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Wake the waiting task; nothing more will arrive."""
        if not self.closed.done():
            self.closed.set_result(None)
        self._wake()

    def give_to(self, listener: Heard) -> None:
        """Deliver the queued frames and all later ones to `listener`."""
        while self._kept:
            listener(self._kept.popleft())
        self.listener = listener

    def say(self, frame: bytes) -> None:
        """Send a text frame; bytes that the socket does not accept are buffered."""
        assert self._transport is not None
        self._transport.send(TEXT, frame)

    async def ask(self, frame: Fields, mark: bytes) -> Fields:
        """Send a frame and return the first one that contains `mark`; earlier ones are dropped."""
        self.say(orjson.dumps(frame))
        return await self.until(mark)

    async def until(self, mark: bytes) -> Fields:
        """Return the next frame that contains `mark`; raises EOFError or TimeoutError."""
        found: Fields = orjson.loads(await self.until_text(mark))
        return found

    async def until_text(self, mark: bytes) -> bytes:
        """Return the next frame that contains `mark`, as it is; raises as `until` does."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self._kept:
                    data = self._kept.popleft()
                    if mark in data:
                        return data
                if self.closed.done():
                    raise EOFError("the connection was closed")
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter

    def hang_up(self) -> None:
        """Close the connection without a closing handshake."""
        assert self._transport is not None
        self._transport.disconnect(graceful=False)

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


async def connect(url: str) -> Line:
    """Open a connection; raises OSError, or picows' WSError for a failed handshake."""
    # Most clients are idle; the library's default buffers would take 16 KiB each.
    _, line = await ws_connect(
        Line, url, read_buffer_init_size=512, websocket_handshake_timeout=PATIENCE_S
    )
    assert isinstance(line, Line)
    return line
