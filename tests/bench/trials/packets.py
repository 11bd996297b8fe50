"""A bad network of packets: two network namespaces of Linux, and between them what loses packets.

TCP's own retransmissions and timeouts are at work here, which a proxy cannot show. Needs root,
`ip` (iproute2) and `/dev/net/tun`, but no module of the kernel that shapes traffic.
"""

import asyncio
import fcntl
import os
import random
import struct
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType

TUN_SET_INTERFACE = 0x400454CA
TUN, NO_HEADER = 0x0001, 0x1000
LARGEST = 2_048
SERVER, CLIENTS = "10.77.0.1", "10.77.0.2"


@dataclass(frozen=True, slots=True)
class Path:
    """What happens to packets: seconds, and probabilities for each. Jitter puts them out of order.

    `blocked` are the addresses from which nothing passes.
    """

    delay_s: float = 0
    jitter_s: float = 0
    loss: float = 0
    doubled: float = 0
    blocked: frozenset[str] = frozenset()


CALM = Path()
PATHS: Mapping[str, Path] = MappingProxyType(
    {
        "calm": CALM,
        "far away, out of order": Path(delay_s=0.05, jitter_s=0.05),
        "2 % lost": Path(delay_s=0.01, jitter_s=0.005, loss=0.02),
        "20 % lost": Path(delay_s=0.01, loss=0.2),
        "doubled": Path(doubled=0.2),
        "cut": Path(blocked=frozenset({SERVER, CLIENTS})),
        "one-way, to the server": Path(blocked=frozenset({SERVER})),
        "one-way, to the clients": Path(blocked=frozenset({CLIENTS})),
    }
)


@dataclass(slots=True)
class Wire:
    """Carries packets between two interfaces."""

    ends: Mapping[str, int]
    chance: random.Random
    path: Path = CALM
    seen: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    dropped: int = 0

    async def storm(self, longest_s: float) -> None:
        """Change the path again and again, until cancelled."""
        deck: list[str] = []
        while True:
            deck = deck or self.chance.sample(list(PATHS), len(PATHS))
            name = deck.pop()
            self.seen[name] += 1
            self.path = PATHS[name]
            await asyncio.sleep(self.chance.uniform(0, longest_s))

    def take(self, source: str) -> None:
        """Packets wait at an end."""
        with suppress(BlockingIOError):
            while True:
                self._carry(os.read(self.ends[source], LARGEST), source)

    def _carry(self, packet: bytes, source: str) -> None:
        path = self.path
        if source in path.blocked or self.chance.random() < path.loss:
            self.dropped += 1
            return
        self.passed += 1
        (other,) = self.ends.keys() - {source}
        for _ in range(1 + (self.chance.random() < path.doubled)):
            delay = path.delay_s + self.chance.uniform(0, path.jitter_s)
            asyncio.get_running_loop().call_later(delay, self._put, other, packet)

    def _put(self, to: str, packet: bytes) -> None:
        # An interface that takes no more, or is gone, loses packets as well.
        with suppress(OSError):
            os.write(self.ends[to], packet)


@asynccontextmanager
async def apart(seed: int) -> AsyncIterator[tuple[Wire, Mapping[str, str]]]:
    """The wire, and the namespace at each of its ends; raises OSError where that is not allowed."""
    rooms = {SERVER: f"chat-server-{os.getpid()}", CLIENTS: f"chat-clients-{os.getpid()}"}
    ends: dict[str, int] = {}
    loop = asyncio.get_running_loop()
    try:
        for number, (address, room) in enumerate(rooms.items()):
            interface = f"chat{number}-{os.getpid() % 100_000}"
            ends[address] = _interface(interface)
            await _ip("netns", "add", room)
            await _ip("link", "set", interface, "netns", room)
            await _ip("-n", room, "addr", "add", f"{address}/24", "dev", interface)
            await _ip("-n", room, "link", "set", interface, "up")
            await _ip("-n", room, "link", "set", "lo", "up")
        wire = Wire(ends, random.Random(seed))
        for address, end in ends.items():
            loop.add_reader(end, wire.take, address)
        yield wire, rooms
    finally:
        for end in ends.values():
            loop.remove_reader(end)
            os.close(end)
        for room in rooms.values():
            with suppress(OSError):
                await _ip("netns", "del", room)


async def started_in(room: str, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    """A program of Python's in a namespace."""
    return await asyncio.create_subprocess_exec(
        *("ip", "netns", "exec", room, sys.executable, *arguments),
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
    )


def _interface(name: str) -> int:
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUN_SET_INTERFACE, struct.pack("16sH", name.encode(), TUN | NO_HEADER))
    return end


async def _ip(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec("ip", *arguments, stderr=asyncio.subprocess.PIPE)
    _, error = await process.communicate()
    if process.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {error.decode().strip()}")
