"""`GET /live`: hands an accepted connection from aiohttp to `websockets`.

aiohttp parses the request head of `GET /live`. When the request is welcome, its transport is
handed to a `websockets` connection, which is given what the head says and answers the opening
handshake (RFC 6455 §4.2); from then on aiohttp has no part in it. A plain handshake is answered
before aiohttp makes a request of it. The `websockets` server that keeps the connections opens the
listener of both in place of one of its own, so that both close together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from aiohttp import web
from websockets.asyncio.server import Server, ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.utils import accept_key

from chatserver.core.errors import ChatError, Code, Refused
from chatserver.gateway.admission import Admission, Peer, RequestHead
from chatserver.gateway.deadlines import Deadlines
from chatserver.gateway.hijack import HijackedResponse, take_transport
from chatserver.gateway.listener import PortListener, read_plain_handshake
from chatserver.gateway.transport import ConnectionLost, Transport, WriteCoalescer
from chatserver.gateway.websocket import LiveConnection, LiveProtocol, WebSocketTransport
from chatserver.settings import Settings

SUBPROTOCOL = Subprotocol("support.v1")
"""The subprotocol of the wire contract, version 1 (RFC 6455 §1.9)."""

HANDSHAKE_HEADERS = (
    "Connection",
    "Upgrade",
    "Origin",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
)
"""The headers of the opening handshake (RFC 6455 §4.1)."""

ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %b\r\n\r\n"
)
"""The answer to a plain handshake (RFC 6455 §4.2.2) that offers no subprotocol."""

ACCEPTED_WITH_SUBPROTOCOL = (
    ACCEPTED[:-2] + b"Sec-WebSocket-Protocol: " + SUBPROTOCOL.encode() + b"\r\n\r\n"
)

BACKLOG = 65_535
"""Connections that may wait to be accepted: all clients come back at once after a restart. The
system allows fewer, and cuts it to that (`net.core.somaxconn`)."""

Listen = Callable[[], Coroutine[None, None, asyncio.Server]]
OpenAtOnce = Callable[[asyncio.Transport, bytes], bool]
Serve = Callable[[Transport, Peer], Awaitable[None]]


class LiveServer(Server):
    """Keeps the live connections and their tasks, and waits for them when it closes.

    The listener it closes is that of both libraries, opened by `listen`.
    """

    def __init__(self, handler: Serve, *, heartbeat_s: float) -> None:
        super().__init__(self._open, self._serve)
        self._heartbeats = Deadlines(heartbeat_s, self._beat)
        self._handler = handler
        self._coalescer = WriteCoalescer()
        self._listen: Listen | None = None
        self._listener: PortListener | None = None

    async def listen(
        self,
        runner: web.AppRunner,
        open_at_once: OpenAtOnce,
        address: tuple[str, int],
        *,
        silent_s: float,
    ) -> None:
        """Open the port for both libraries; raises OSError when it is taken.

        A connection that sends nothing for `silent_s` seconds is closed.
        """
        loop = asyncio.get_running_loop()
        http = runner.server
        assert http is not None, "the runner is set up first"
        listener = self._listener = PortListener(open_at_once, http, silent_s)
        self._listen = lambda: loop.create_server(listener, *address, backlog=BACKLOG)
        await self

    def close(self, close_connections: bool = True, code: int = 1001, reason: str = "") -> None:
        """Close the connections; those without a request are aborted."""
        if self._listener is not None:
            self._listener.close()
        super().close(close_connections, code, reason)

    async def _open(self) -> asyncio.Server:
        assert self._listen is not None
        return await self._listen()

    async def _serve(self, connection: ServerConnection) -> None:
        assert isinstance(connection, LiveConnection)
        try:
            if connection.state is State.OPEN:
                await self._live(connection)
            else:
                await connection.wait_closed()
        except ConnectionLost:
            # The client left before its hello.
            return
        finally:
            task = asyncio.current_task()
            assert task is not None
            self.handler_tasks.discard(task)

    async def _live(self, connection: LiveConnection) -> None:
        self.all_connections.add(connection)
        self._heartbeats.set(connection)
        try:
            async with connection:
                await self._handler(
                    WebSocketTransport(connection, self._coalescer), connection.peer
                )
        finally:
            self._heartbeats.remove(connection)
            self.all_connections.discard(connection)

    def _beat(self, connection: LiveConnection) -> None:
        if connection.beat():
            self._heartbeats.set(connection)


@dataclass(slots=True)
class Upgrade:
    """`GET /live`: turns an admitted request into a live session over a WebSocket."""

    settings: Settings
    admission: Admission
    server: LiveServer

    def open_at_once(self, transport: asyncio.Transport, data: bytes) -> bool:
        """Open a session if `data` is a plain handshake; False leaves it to aiohttp and `live`.

        Refusals are left, too: they are answered with a document, and nothing was counted yet.
        """
        head = read_plain_handshake(data, transport) if self.server.is_serving() else None
        if head is None:
            return False
        try:
            peer = self.admission.admit(head)
        except ChatError:
            return False
        connection = self._connection(head, peer)
        transport.set_protocol(connection)
        connection.connection_made(transport)
        named = connection.protocol.available_subprotocols
        connection.protocol.subprotocol = SUBPROTOCOL if named else None
        accepted = accept_key(head.headers["Sec-WebSocket-Key"])
        connection.open((ACCEPTED_WITH_SUBPROTOCOL if named else ACCEPTED) % accepted.encode())
        return True

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Handle the request; raises as Admission.admit, and 426 without an upgrade (RFC 6455)."""
        if "websocket" not in request.headers.get("Upgrade", "").lower():
            raise web.HTTPUpgradeRequired(headers={"Upgrade": "websocket"})
        if request.method != "GET" or request.version < (1, 1):
            raise Refused(Code.INVALID, field="Upgrade")
        for name in ("Content-Length", "Transfer-Encoding"):
            if name in request.headers:
                # A proxy could see the body end elsewhere (request smuggling).
                raise Refused(Code.INVALID, field=name)
        peer = self.admission.admit(request)
        connection = self._connection(request, peer)
        hijacked = take_transport(request)
        hijacked.transport.set_protocol(connection)
        connection.connection_made(hijacked.transport)
        connection.answer(_parsed_request(request))
        if hijacked.beyond:
            # Frames of a client that did not wait for the answer must not be lost.
            connection.data_received(hijacked.beyond)
        hijacked.transport.resume_reading()
        return HijackedResponse()

    def _connection(self, request: RequestHead, peer: Peer) -> LiveConnection:
        # A client that offers no known subprotocol is served version 1 without a name.
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        known = [SUBPROTOCOL] if SUBPROTOCOL in offered.replace(" ", "").split(",") else None
        settings = self.settings
        limit = settings.frame_limit or None
        protocol = LiveProtocol(known, limit, settings.rate, settings.burst)
        connection = LiveConnection(protocol, self.server)
        connection.peer = peer
        return connection


def _parsed_request(request: web.Request) -> Request:
    """Return the parsed head for `websockets`; parsing it twice doubled the handshake's time."""
    headers = Headers()
    for name in HANDSHAKE_HEADERS:
        for value in request.headers.getall(name, ()):
            headers[name] = value
    return Request(request.raw_path, headers)
