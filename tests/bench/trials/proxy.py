"""A bad network: a proxy between clients and a server does what networks do.

A TCP connection never shows the loss of a packet but as a pause, so loss is a pause here.
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
class Weather:
    """What a connection goes through; seconds, and probabilities for each piece that passes.

    `swallows` are the directions in which everything vanishes, with no sign to either side;
    what has lost bytes once is lost for good.
    """

    delay_s: float = 0
    jitter_s: float = 0
    pause: float = 0
    pause_s: float = 0
    cut: float = 0
    piece: int = CHUNK
    swallows: frozenset[str] = frozenset()


UP, DOWN = "up", "down"
CALM = Weather()
WEATHERS: Mapping[str, Weather] = MappingProxyType(
    {
        "calm": CALM,
        "far away": Weather(delay_s=0.15, jitter_s=0.1),
        "lossy": Weather(delay_s=0.02, jitter_s=0.02, pause=0.1, pause_s=0.5),
        "dribbling": Weather(piece=7, delay_s=0.0005),
        "cut in mid-course": Weather(cut=0.2),
        "half-open": Weather(swallows=frozenset({UP, DOWN})),
        "one-way, to the server": Weather(swallows=frozenset({DOWN})),
        "one-way, to the client": Weather(swallows=frozenset({UP})),
    }
)


@dataclass(slots=True, eq=False)
class ProxiedLink:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    chance: random.Random
    weather: Weather = CALM

    def set(self, weather: Weather) -> None:
        """From now on; what is swallowed stays so."""
        self.weather = replace(weather, swallows=weather.swallows | self.weather.swallows)

    def cut(self) -> None:
        """Reset it on both sides."""
        self.client.transport.abort()
        self.server.transport.abort()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str
    ) -> None:
        """One direction, until its end."""
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
            if self.chance.random() < weather.cut:
                writer.write(piece[: self.chance.randrange(len(piece) + 1)])
                self.cut()
                raise ConnectionResetError
            writer.write(piece)
            await writer.drain()


@dataclass(slots=True)
class Proxy:
    """Where clients connect instead of to the server."""

    host: str
    port: int
    chance: random.Random
    own_port: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    _links: list[ProxiedLink] = field(default_factory=list)

    async def storm(self, longest_s: float) -> None:
        """Change what each connection goes through, again and again, until cancelled."""
        deck: list[str] = []
        while True:
            await asyncio.sleep(self.chance.uniform(0, longest_s / max(1, len(self._links))))
            if self._links:
                deck = deck or self.chance.sample(list(WEATHERS), len(WEATHERS))
                name = deck.pop()
                self.seen[name] += 1
                self.chance.choice(self._links).set(WEATHERS[name])

    def calm(self) -> None:
        """From now on nothing happens any more but to connections that are lost already."""
        for link in self._links:
            link.set(CALM)

    def hang_up(self) -> None:
        """Cut all connections."""
        for link in tuple(self._links):
            link.cut()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
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
    """A proxy on a port of its own."""
    proxy = Proxy(host, port, random.Random(seed))
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.own_port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        proxy.hang_up()
