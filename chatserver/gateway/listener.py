"""The first bytes of a connection, which decide the library that reads it from then on.

A plain opening handshake is most of what comes after a restart. Its head is parsed by aiohttp's
parser and answered at once; aiohttp's handler, with two tasks for a request, took as long again as
all the rest until the session. Everything else is given to that handler as it came.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser, HttpVersion11
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDictProxy

from chatserver.gateway.deadlines import Deadlines

REQUEST_LINE = b"GET /live HTTP/1.1\r\n"
HEAD_END = b"\r\n\r\n"

SINGLE_HEADERS = ("Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version")
"""The headers that a plain handshake has exactly once (RFC 6455 §4.1)."""

BODY_HEADERS = ("Content-Length", "Transfer-Encoding")
"""Headers after which a proxy could see the body end elsewhere (request smuggling)."""

NONCE = re.compile(r"[A-Za-z0-9+/]{22}==")
"""16 bytes in base 64: the nonce of `Sec-WebSocket-Key`."""

READ_BYTES = 65_536
"""The parser's limit of a body; a plain handshake has none."""


@dataclass(frozen=True, slots=True)
class HandshakeHead:
    """The head of a plain opening handshake, with what aiohttp's request has of the same names."""

    headers: CIMultiDictProxy[str]
    remote: str | None
    scheme: str = "http"

    @property
    def host(self) -> str:
        """The Host header."""
        return self.headers["Host"]

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name (RFC 6265 §4.2.1)."""
        pairs = (pair.strip().partition("=") for pair in self.headers.get("Cookie", "").split(";"))
        return {name: value for name, _, value in pairs}


def read_plain_handshake(data: bytes, transport: asyncio.Transport) -> HandshakeHead | None:
    """Return the head if `data` is one plain opening handshake for `/live` and nothing else."""
    if not data.startswith(REQUEST_LINE) or not data.endswith(HEAD_END):
        return None
    loop = asyncio.get_running_loop()
    try:
        parser = HttpRequestParser(BaseProtocol(loop), loop, READ_BYTES)
        messages, _, beyond = parser.feed_data(data)
    except HttpProcessingError:
        return None
    if len(messages) != 1 or beyond:
        return None
    message = messages[0][0]
    peer = transport.get_extra_info("peername")
    head = HandshakeHead(message.headers, peer[0] if peer else None)
    return head if message.version == HttpVersion11 and _is_plain(head.headers) else None


def _is_plain(headers: CIMultiDictProxy[str]) -> bool:
    if any(len(headers.getall(name, ())) != 1 for name in SINGLE_HEADERS):
        return False
    options = [option.strip().lower() for option in headers["Connection"].split(",")]
    return (
        "upgrade" in options
        and headers["Upgrade"].lower() == "websocket"
        and headers["Sec-WebSocket-Version"] == "13"
        and NONCE.fullmatch(headers["Sec-WebSocket-Key"]) is not None
        and not any(name in headers for name in BODY_HEADERS)
    )


class PortListener:
    """Makes the protocol of each new connection, and closes those that send nothing.

    `upgrade` opens a session for a plain handshake, or returns False; `http` makes a protocol of
    aiohttp. A connection may be silent for `silent_s` seconds.
    """

    def __init__(
        self,
        upgrade: Callable[[asyncio.Transport, bytes], bool],
        http: Callable[[], asyncio.Protocol],
        silent_s: float,
    ) -> None:
        self.upgrade = upgrade
        self.http = http
        self.silent_connections = Deadlines(silent_s, NewConnection.abort)

    def __call__(self) -> asyncio.Protocol:
        return NewConnection(self)

    def close(self) -> None:
        """Abort the connections that have sent nothing."""
        self.silent_connections.expire_all()


class NewConnection(asyncio.Protocol):
    """A connection until its first bytes."""

    __slots__ = ("listener", "transport")

    transport: asyncio.Transport

    def __init__(self, listener: PortListener) -> None:
        self.listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self.transport = cast("asyncio.Transport", transport)
        self.listener.silent_connections.set(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.listener.silent_connections.remove(self)

    def data_received(self, data: bytes) -> None:
        self.listener.silent_connections.remove(self)
        if not self.listener.upgrade(self.transport, data):
            handler = self.listener.http()
            self.transport.set_protocol(handler)
            handler.connection_made(self.transport)
            handler.data_received(data)

    def abort(self) -> None:
        """Abort the connection, on which nothing was received."""
        self.transport.abort()
