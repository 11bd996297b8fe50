"""A plain handshake is read at once, everything else is left, and silence has an end."""

import asyncio
from collections.abc import Iterator

import pytest

from chatserver.gateway.listener import HandshakeHead, PortListener, read_plain_handshake

LINES = (
    b"GET /live HTTP/1.1",
    b"Host: chat.example",
    b"Upgrade: WebSocket",
    b"Connection: keep-alive, Upgrade",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Cookie: theme=dark; session=a=b",
)
PEER = "192.0.2.1"


class PeerTransport(asyncio.Transport):
    """A transport that knows its peer, keeps its protocol, and can be aborted."""

    def __init__(self) -> None:
        super().__init__({"peername": (PEER, 50_000)})
        self.aborted = asyncio.Event()
        self.protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def abort(self) -> None:
        self.aborted.set()


class RecordingHandler(asyncio.Protocol):
    """A protocol that keeps what it was given."""

    def __init__(self) -> None:
        self.made: asyncio.BaseTransport | None = None
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made = transport

    def data_received(self, data: bytes) -> None:
        self.data += data


def request(*lines: bytes) -> bytes:
    """Return the head of a request with these lines."""
    return b"\r\n".join((*lines, b"", b""))


def altered() -> Iterator[bytes]:
    """Yield each head that differs from a plain one in one way."""
    for number in range(1, 6):
        # Without one of the headers, and with one of them twice.
        yield request(*LINES[:number], *LINES[number + 1 :])
        yield request(*LINES, LINES[number])
    for wrong in (
        b"Content-Length: 0",
        b"Transfer-Encoding: chunked",
        b"Broken\0: header",
    ):
        yield request(*LINES, wrong)
    for right, wrong in (
        (b"/live", b"/live?page=1"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"GET", b"POST"),
        (b"WebSocket", b"h2c"),
        (b", Upgrade", b""),
        (b": 13", b": 8"),
        (b"ZQ==", b"=="),
    ):
        yield request(*LINES).replace(right, wrong)
    yield request(*LINES)[:-2]
    yield request(*LINES) + b"\x81\x80\0\0\0\0"


async def test_a_plain_handshake_is_read_with_its_peer_and_its_cookies() -> None:
    head = read_plain_handshake(request(*LINES), PeerTransport())
    assert isinstance(head, HandshakeHead)
    assert (head.remote, head.host, head.scheme) == (PEER, "chat.example", "http")
    assert head.cookies == {"theme": "dark", "session": "a=b"}


@pytest.mark.parametrize("data", list(altered()))
async def test_any_other_request_is_left(data: bytes) -> None:
    assert read_plain_handshake(data, PeerTransport()) is None


async def test_a_request_that_is_left_goes_to_the_http_handler_as_it_came() -> None:
    handler, transport = RecordingHandler(), PeerTransport()
    listener = PortListener(lambda _transport, _data: False, lambda: handler, silent_s=60)
    connection = listener()
    connection.connection_made(transport)
    connection.data_received(b"GET / HTT")
    assert (transport.protocol, handler.made, handler.data) == (handler, transport, b"GET / HTT")
    listener.close()
    assert not transport.aborted.is_set()


async def test_connections_without_a_byte_are_closed_after_their_time_and_at_the_end() -> None:
    listener = PortListener(lambda _transport, _data: True, RecordingHandler, silent_s=0.01)
    silent, spoke = PeerTransport(), PeerTransport()
    for transport in (silent, spoke):
        connection = listener()
        connection.connection_made(transport)
        if transport is spoke:
            connection.data_received(b"GET /live")
    await silent.aborted.wait()
    assert not spoke.aborted.is_set()

    # The timer ran out with the last connection, so it has to start again for this one.
    late = PeerTransport()
    listener().connection_made(late)
    await late.aborted.wait()

    last = PeerTransport()
    listener().connection_made(last)
    listener.close()
    assert last.aborted.is_set()


async def test_a_connection_that_is_lost_is_not_closed_again() -> None:
    listener = PortListener(lambda _transport, _data: True, RecordingHandler, silent_s=60)
    transport = PeerTransport()
    connection = listener()
    connection.connection_made(transport)
    connection.connection_lost(None)
    listener.close()
    assert not transport.aborted.is_set()
