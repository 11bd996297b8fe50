"""A client's end of a WebSocket, as cheap as can be, so that thousands fit into one process."""

import asyncio
from collections import deque
from collections.abc import Callable

import orjson
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Fields = dict[str, object]
Heard = Callable[[bytes], None]

TEXT = WSMsgType.TEXT
CLOSE = WSMsgType.CLOSE
PATIENCE_S = 60.0
"""Seconds after which an answer does not come any more."""


class Line(WSListener):
    """One connection. What arrives is kept for `until`, unless there is a `listener`."""

    def __init__(self) -> None:
        self.listener: Heard | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: WSTransport | None = None
        self._kept: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Something arrived."""
        if frame.msg_type == TEXT:
            if self.listener is not None:
                self.listener(frame.get_payload_as_bytes())
            else:
                self._kept.append(frame.get_payload_as_bytes())
                self._wake()
        elif frame.msg_type == CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Nothing will arrive any more."""
        if not self.closed.done():
            self.closed.set_result(None)
        self._wake()

    def give_to(self, listener: Heard) -> None:
        """Let somebody hear what arrives from now on, and first what was kept."""
        while self._kept:
            listener(self._kept.popleft())
        self.listener = listener

    def say(self, frame: bytes) -> None:
        """Send a text frame; what the socket does not take at once waits in memory."""
        assert self._transport is not None
        self._transport.send(TEXT, frame)

    async def ask(self, frame: Fields, mark: bytes) -> Fields:
        """Send, and give the first frame with `mark` in it; what came before is forgotten."""
        self.say(orjson.dumps(frame))
        return await self.until(mark)

    async def until(self, mark: bytes) -> Fields:
        """The next frame with `mark` in it; raises EOFError, TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self._kept:
                    data = self._kept.popleft()
                    if mark in data:
                        found: Fields = orjson.loads(data)
                        return found
                if self.closed.done():
                    raise EOFError("the connection was closed")
                self._waiter = asyncio.get_running_loop().create_future()
                await self._waiter

    def hang_up(self) -> None:
        """Close without a word."""
        assert self._transport is not None
        self._transport.disconnect(graceful=False)

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


async def call(url: str) -> Line:
    """Open a connection; raises OSError, and picows' WSError for what answers something else."""
    # Small buffers: thousands of these clients are silent.
    _, line = await ws_connect(
        Line, url, read_buffer_init_size=512, websocket_handshake_timeout=PATIENCE_S
    )
    assert isinstance(line, Line)
    return line
