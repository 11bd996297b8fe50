"""A network that loses packets, between two network namespaces of Linux.

Unlike a proxy, it exercises TCP's own retransmissions and timeouts. It needs root, `ip` (iproute2)
and `/dev/net/tun`, but no kernel module for traffic shaping.
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
class PacketPath:
    """The treatment of packets: delays in seconds, probabilities for each packet.

    Jitter reorders packets. No packet from a `blocked` address passes.
    """

    delay_s: float = 0
    jitter_s: float = 0
    loss: float = 0
    doubled: float = 0
    blocked: frozenset[str] = frozenset()


CALM = PacketPath()
PATHS: Mapping[str, PacketPath] = MappingProxyType(
    {
        "calm": CALM,
        "far away, out of order": PacketPath(delay_s=0.05, jitter_s=0.05),
        "2 % lost": PacketPath(delay_s=0.01, jitter_s=0.005, loss=0.02),
        "20 % lost": PacketPath(delay_s=0.01, loss=0.2),
        "doubled": PacketPath(doubled=0.2),
        "cut": PacketPath(blocked=frozenset({SERVER, CLIENTS})),
        "one-way, to the server": PacketPath(blocked=frozenset({SERVER})),
        "one-way, to the clients": PacketPath(blocked=frozenset({CLIENTS})),
    }
)


@dataclass(slots=True)
class PacketWire:
    """Forwards packets between two interfaces."""

    ends: Mapping[str, int]
    chance: random.Random
    path: PacketPath = CALM
    seen: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    dropped: int = 0

    async def storm(self, longest_s: float) -> None:
        """Change the path at random until cancelled."""
        deck: list[str] = []
        while True:
            deck = deck or self.chance.sample(list(PATHS), len(PATHS))
            name = deck.pop()
            self.seen[name] += 1
            self.path = PATHS[name]
            await asyncio.sleep(self.chance.uniform(0, longest_s))

    def take(self, source: str) -> None:
        """Forward the packets waiting at one end."""
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
            # Every copy gets its own delay, so duplicates arrive out of order, too.
            delay = path.delay_s + self.chance.uniform(0, path.jitter_s)
            asyncio.get_running_loop().call_later(delay, self._put, other, packet)

    def _put(self, to: str, packet: bytes) -> None:
        # A full or removed interface loses the packet, as a network would.
        with suppress(OSError):
            os.write(self.ends[to], packet)


@asynccontextmanager
async def connected_namespaces(seed: int) -> AsyncIterator[tuple[PacketWire, Mapping[str, str]]]:
    """Create two namespaces and the wire between them; raises OSError if not permitted."""
    namespaces = {SERVER: f"chat-server-{os.getpid()}", CLIENTS: f"chat-clients-{os.getpid()}"}
    ends: dict[str, int] = {}
    loop = asyncio.get_running_loop()
    try:
        for number, (address, namespace) in enumerate(namespaces.items()):
            interface = f"chat{number}-{os.getpid() % 100_000}"
            ends[address] = _interface(interface)
            await _ip("netns", "add", namespace)
            await _ip("link", "set", interface, "netns", namespace)
            await _ip(*f"-n {namespace} addr add {address}/24 dev {interface}".split())
            await _ip(*f"-n {namespace} link set {interface} up".split())
            await _ip(*f"-n {namespace} link set lo up".split())
        wire = PacketWire(ends, random.Random(seed))
        for address, end in ends.items():
            loop.add_reader(end, wire.take, address)
        yield wire, namespaces
    finally:
        for end in ends.values():
            loop.remove_reader(end)
            os.close(end)
        for namespace in namespaces.values():
            with suppress(OSError):
                await _ip("netns", "del", namespace)


async def start_in_namespace(
    namespace: str, *arguments: str, **settings: str
) -> asyncio.subprocess.Process:
    """Start a Python program in a namespace."""
    return await asyncio.create_subprocess_exec(
        *("ip", "netns", "exec", namespace, sys.executable, *arguments),
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
