"""A proxy that behaves like a bad network.

A TCP connection shows the loss of a packet only as a pause, so loss is a pause here.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class LinkConditions:
    """The conditions of a connection: delays in seconds, probabilities for each piece forwarded.

    `swallows` are directions in which all data vanishes without a sign to either side; a stream
    that has lost bytes stays broken.
    """

    delay_s: float = 0
    jitter_s: float = 0
    pause: float = 0
    pause_s: float = 0
    cut: float = 0
    piece: int = CHUNK
    swallows: frozenset[str] = frozenset()


UP, DOWN = "up", "down"
CALM = LinkConditions()
CONDITIONS: Mapping[str, LinkConditions] = MappingProxyType(
    {
        "calm": CALM,
        "far away": LinkConditions(delay_s=0.15, jitter_s=0.1),
        "lossy": LinkConditions(delay_s=0.02, jitter_s=0.02, pause=0.1, pause_s=0.5),
        "dribbling": LinkConditions(piece=7, delay_s=0.0005),
        "cut in mid-course": LinkConditions(cut=0.2),
        "half-open": LinkConditions(swallows=frozenset({UP, DOWN})),
        "one-way, to the server": LinkConditions(swallows=frozenset({DOWN})),
        "one-way, to the client": LinkConditions(swallows=frozenset({UP})),
    }
)


@dataclass(slots=True, eq=False)
class ProxiedLink:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    chance: random.Random
    weather: LinkConditions = CALM

    def set(self, weather: LinkConditions) -> None:
        """Set the conditions; directions that swallow stay so."""
        self.weather = replace(weather, swallows=weather.swallows | self.weather.swallows)

    def cut(self) -> None:
        """Reset the connection on both sides."""
        self.client.transport.abort()
        self.server.transport.abort()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str
    ) -> None:
        """Forward one direction until its end."""
        try:
            while data := await reader.read(CHUNK):
                await self._pass(data, writer, direction)
            if direction not in self.weather.swallows and not writer.is_closing():
                writer.write_eof()
        except OSError:
            self.cut()

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter, direction: str) -> None:
        position = 0
        while position < len(data):
            weather = self.weather
            pause = weather.delay_s + self.chance.uniform(0, weather.jitter_s)
            if self.chance.random() < weather.pause:
                pause += weather.pause_s
            await asyncio.sleep(pause)
            if direction in self.weather.swallows:
                return
            if writer.is_closing():
                raise ConnectionResetError
            piece = data[position : position + weather.piece]
            position += len(piece)
            # Part of the piece is delivered first, so that connections end within a frame as well.
            if self.chance.random() < weather.cut:
                writer.write(piece[: self.chance.randrange(len(piece) + 1)])
                self.cut()
                raise ConnectionResetError
            writer.write(piece)
            await writer.drain()


@dataclass(slots=True)
class Proxy:
    """The address that clients connect to instead of the server's."""

    host: str
    port: int
    chance: random.Random
    own_port: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    _links: list[ProxiedLink] = field(default_factory=list)

    async def storm(self, longest_s: float) -> None:
        """Change the conditions of random connections until cancelled."""
        deck: list[str] = []
        while True:
            await asyncio.sleep(self.chance.uniform(0, longest_s / max(1, len(self._links))))
            if self._links:
                deck = deck or self.chance.sample(list(CONDITIONS), len(CONDITIONS))
                name = deck.pop()
                self.seen[name] += 1
                self.chance.choice(self._links).set(CONDITIONS[name])

    def calm(self) -> None:
        """Set calm conditions for all connections that have not lost data."""
        for link in self._links:
            link.set(CALM)

    def hang_up(self) -> None:
        """Reset all connections."""
        for link in tuple(self._links):
            link.cut()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection."""
        try:
            upstream, server = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        link = ProxiedLink(writer, server, self.chance)
        self._links.append(link)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(link.carry(reader, server, UP), name="up")
                tasks.create_task(link.carry(upstream, writer, DOWN), name="down")
        finally:
            self._links.remove(link)
            link.cut()


@asynccontextmanager
async def proxy_to(host: str, port: int, seed: int) -> AsyncIterator[Proxy]:
    """Run a proxy on a free port."""
    proxy = Proxy(host, port, random.Random(seed))
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.own_port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        proxy.hang_up()
