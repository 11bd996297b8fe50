"""A TCP connection that sends arbitrary WebSocket frames (RFC 6455, section 5.2)."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

import orjson

MASK = b"\0\0\0\0"
"""A mask of zeros, so that one prepared block can contain many frames."""

FIN, RSV1, MASKED = 0x80, 0x40, 0x80
READ_AHEAD = 8_192
LOST = (OSError, asyncio.IncompleteReadError)


class Opcode(IntEnum):
    """The opcodes of frames."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    RESERVED = 3
    CLOSE = 8
    PING = 9
    PONG = 10


def frame(
    opcode: Opcode,
    payload: bytes = b"",
    *,
    fin: bool = True,
    compressed: bool = False,
    masked: bool = True,
    declared: int | None = None,
) -> bytes:
    """Return a client's frame; `declared` overrides the length in its header."""
    first = opcode | (FIN if fin else 0) | (RSV1 if compressed else 0)
    length = len(payload) if declared is None else declared
    mark = MASKED if masked else 0
    if length < 126:
        head = struct.pack("!BB", first, mark | length)
    elif length < 65_536:
        head = struct.pack("!BBH", first, mark | 126, length)
    else:
        head = struct.pack("!BBQ", first, mark | 127, length)
    return head + (MASK if masked else b"") + payload


def text(fields: object) -> bytes:
    """Return a text frame with JSON."""
    return frame(Opcode.TEXT, orjson.dumps(fields))


@dataclass(frozen=True, slots=True)
class RawAddress:
    """The host and port of the server."""

    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "RawAddress":
        """Return the address in a URL."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        return cls(parts.hostname, parts.port)

    def upgrade(self) -> bytes:
        """Return the request that opens a WebSocket."""
        return (
            f"GET /live HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()

    def post(self, path: str, *headers: str) -> bytes:
        """Return the head of a POST request."""
        lines = (f"POST {path} HTTP/1.1", f"Host: {self.host}:{self.port}", *headers)
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(slots=True)
class RawLine:
    """A TCP connection to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def upgrade(self, place: RawAddress) -> None:
        """Open a WebSocket; raises OSError if the server refuses."""
        self.writer.write(place.upgrade())
        head = await self.reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionRefusedError(head.split(b"\r\n", 1)[0].decode())

    async def hello(self) -> dict[str, object]:
        """Connect as a new customer and return the welcome."""
        return await self.ask({"type": "hello", "role": "customer"}, "welcome")

    async def ask(self, fields: object, answer: str) -> dict[str, object]:
        """Send a frame and return the first frame of type `answer`."""
        self.writer.write(text(fields))
        while True:
            opcode, payload = await self.receive()
            if opcode == Opcode.CLOSE:
                raise ConnectionResetError(_code(payload))
            if opcode == Opcode.TEXT:
                heard: dict[str, object] = orjson.loads(payload)
                if heard["type"] == answer:
                    return heard

    async def receive(self) -> tuple[int, bytes]:
        """Return the opcode and payload of the next frame."""
        first, length = await self.reader.readexactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(length)

    async def ending(self) -> str:
        """Return the close code with which the server ends the WebSocket, or `cut`."""
        try:
            while True:
                opcode, payload = await self.receive()
                if opcode == Opcode.CLOSE:
                    return _code(payload)
        except LOST:
            return "cut"

    async def answer(self) -> str:
        """Return the status of an HTTP response, or `cut`."""
        try:
            line = await self.reader.readline()
        except LOST:
            return "cut"
        return line.split(b" ")[1].decode() if line.startswith(b"HTTP/") else "cut"

    async def pour(self, block: bytes) -> None:
        """Write the same block as fast as possible until the connection is lost."""
        try:
            while True:
                self.writer.write(block)
                await self.writer.drain()
        except LOST:
            return


@asynccontextmanager
async def raw_line(
    place: RawAddress, *, source: str | None = None, receive_buffer: int | None = None
) -> AsyncIterator[RawLine]:
    """Open a connection, from the local address `source` if given."""
    end = socket.socket()
    end.setblocking(False)
    try:
        # Without Nagle's algorithm single bytes really leave in single packets.
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source is not None:
            end.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(end, (place.host, place.port))
        # A small buffer, so that a client that does not read really leaves data unread.
        reader, writer = await asyncio.open_connection(sock=end, limit=READ_AHEAD)
    except OSError:
        end.close()
        raise
    try:
        yield RawLine(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def live_line(
    place: RawAddress, *, source: str | None = None, receive_buffer: int | None = None
) -> AsyncIterator[RawLine]:
    """Open a WebSocket that has not sent a hello."""
    async with raw_line(place, source=source, receive_buffer=receive_buffer) as line:
        await line.upgrade(place)
        yield line


def _code(payload: bytes) -> str:
    return str(int.from_bytes(payload[:2], "big")) if len(payload) >= 2 else "1005"
