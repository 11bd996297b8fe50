"""Fuzzing below the frames of the contract: WebSocket frames (RFC 6455 §5.2) of any kind."""

import asyncio
import json
import struct
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hypothesis import strategies as st

from tests.attack.raw_http import UPGRADE
from tests.bench.trials.raw import Opcode, frame
from tests.fuzz.drawing import drawn
from tests.fuzz.grammar import mostly
from tests.wire.client import Served

HELLO = json.dumps({"type": "hello", "role": "customer", "name": "Mallory"}).encode()
PING = json.dumps({"type": "ping", "id": "1"}).encode()
LONGEST_S = 20
SWITCHED = b"HTTP/1.1 101 "

COMMON = [Opcode.TEXT] * 8 + [Opcode.PING, Opcode.PONG] * 3 + [*Opcode]
pieces = st.sampled_from((b"", HELLO, PING[:7], PING[7:], b"\xff\xfe", b"\xe2\x82", b"x" * 126))
# On both sides of where the length needs 2 and 8 bytes (RFC 6455 §5.2),
# and of the limit of a frame.
large = st.sampled_from((125, 126, 65_535, 65_536, 65_537)).map(bytes)
payloads = mostly(st.just(PING), pieces, pieces, large, st.binary(max_size=20), of=12)
RARELY = mostly(st.just(False), st.just(True), of=25)
reasons = st.builds(
    lambda code, reason: struct.pack("!H", code) + reason,
    # 1004 to 1006 and 1015 must not be sent, and nothing below 1000 or above 4999 (RFC 6455 §7.4).
    st.sampled_from((0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 4500, 4999, 5000)),
    # A control frame has 125 bytes at most (§5.5): with the code, 123 fit and 124 do not.
    st.sampled_from((b"", b"good bye", b"\xff", b"x" * 123, b"x" * 124)),
)


@st.composite
def lines(draw: st.DrawFn) -> list[bytes]:
    """Draw the frames of a connection, nearly always with a hello, and a close at the end."""
    said = [] if draw(RARELY) else [frame(Opcode.TEXT, HELLO)]
    for _ in range(draw(st.integers(1, 12))):
        opcode = draw(st.sampled_from(COMMON))
        payload = draw(reasons if opcode is Opcode.CLOSE else payloads)
        said.append(
            frame(
                opcode,
                payload,
                fin=not draw(RARELY),
                compressed=draw(RARELY),
                masked=not draw(RARELY),
                # The highest bit of a 64-bit length must be 0 (RFC 6455 §5.2).
                declared=1 << 63 if draw(RARELY) else None,
            )
        )
    return [*said, frame(Opcode.CLOSE, struct.pack("!H", 1000))]


@dataclass(slots=True)
class RawConnections:
    """Sends raw frames to a server, and counts the close codes."""

    server: Served
    inputs: int = 0
    codes: Counter[int] = field(default_factory=Counter)

    async def say(self, count: int) -> None:
        """Open this many connections, one after another."""
        for line in drawn(lines(), count):
            await self._ended(line)

    async def _ended(self, line: list[bytes]) -> None:
        self.inputs += len(line)
        address = urlsplit(self.server.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            async with asyncio.timeout(LONGEST_S):
                # In one piece, so that frames arrive before the handshake is answered.
                writer.write(UPGRADE + b"\r\n" + b"".join(line))
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(SWITCHED), head
                code = await _close_code(reader)
        finally:
            writer.close()
        sent = {int.from_bytes(each[6:8]) for each in line if each[0] & 15 == Opcode.CLOSE}
        # The server echoes the code of a close frame, or closes for the first error it meets.
        assert code in sent | {1002, 1007, 1009, 4500, 1000}, f"closed with {code}"
        self.codes[code] += 1


async def _close_code(reader: asyncio.StreamReader) -> int:
    """Return the code of the server's close frame; raises IncompleteReadError without one."""
    while True:
        first, size = await reader.readexactly(2)
        if size >= 126:
            size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8))
        payload = await reader.readexactly(size)
        if first & 15 == Opcode.CLOSE:
            # 1005 is never sent: it stands for a close frame without a code (RFC 6455 §7.1.5).
            return int.from_bytes(payload[:2]) if payload else 1005
