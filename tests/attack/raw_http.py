"""Raw bytes over TCP, with which an attacker sends what no HTTP client would."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from tests.wire.client import Served

QUIET_S = 1.0
"""Seconds without a byte after which the answer on an open connection counts as complete."""

FIRST_S = 20.0
"""Seconds in which an answer begins, however busy the machine is."""

UPGRADE = (
    b"GET /live HTTP/1.1\r\nHost: chat.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
"""The head of an opening handshake, without the empty line that ends it."""


def frame(text: str) -> bytes:
    """A short text frame from a client (RFC 6455, §5.2), under a mask of zeros."""
    payload = text.encode()
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


async def exchange(server: Served, *pieces: bytes) -> tuple[bytes, bool]:
    """Send each piece alone; return the answer, and True if the server closed the connection."""
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    answer = bytearray()
    try:
        async with asyncio.TaskGroup() as tasks:
            # Read all along: a piece that a closed connection refuses would hide what came before.
            hangs_up = tasks.create_task(_read_into(answer, reader))
            for piece in pieces:
                writer.write(piece)
                with suppress(ConnectionError):
                    await writer.drain()
                # Without a pause the kernel may merge two pieces into one segment.
                await asyncio.sleep(0.01)
        return bytes(answer), hangs_up.result()
    finally:
        writer.close()


async def _read_into(answer: bytearray, reader: asyncio.StreamReader) -> bool:
    """Add what is read to `answer`; return True at its end, and False after a silence."""
    try:
        while True:
            async with asyncio.timeout(QUIET_S if answer else FIRST_S):
                more = await reader.read(65_536)
            if not more:
                return True
            answer += more
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def answers(said: bytes) -> list[int]:
    """Return the status of each response in the received bytes."""
    return [
        int(part[:3]) for part in said.replace(b"HTTP/1.0 ", b"HTTP/1.1 ").split(b"HTTP/1.1 ")[1:]
    ]


def head(said: bytes) -> dict[str, str]:
    """Return the headers of the first response."""
    lines = said.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
