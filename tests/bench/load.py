"""Talking pairs: each as fast as it is answered, or all on a schedule.

Everything happens in callbacks of one event loop, with no task or future for a message.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tests.bench.rivals import CUSTOMER, TECHNICIAN, Pair

LATEST_S = 30.0
"""Seconds after which a missing message counts as lost."""


class Lost(Exception):
    """Messages did not arrive."""


@dataclass(slots=True)
class Load:
    """The messages that some pairs exchange; `arrived` has the time of each, by its number."""

    pairs: list[Pair]
    clock: Callable[[], float] = time.perf_counter
    name: bytes = field(default_factory=lambda: secrets.token_hex(6).encode())
    frames: int = 0
    arrived: dict[int, float] = field(default_factory=dict)
    _said: list[Pair] = field(default_factory=list)
    _talking: bool = False
    _awaited: int = 0
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _all_here: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        by_customer, by_technician = (
            re.compile(b'"%b([0-9]+) %b ' % (by, self.name)) for by in (CUSTOMER, TECHNICIAN)
        )
        for pair in self.pairs:
            pair.customer.listener = partial(self._hear, by_technician, CUSTOMER)
            pair.technician.listener = partial(self._hear, by_customer, TECHNICIAN)

    @property
    def sent(self) -> int:
        """The number of messages sent, and of the last one."""
        return len(self._said)

    def say(self, pair: Pair, by: bytes) -> int:
        """Send one message of the customer or of the technician, and return its number."""
        self._said.append(pair)
        pair.say(self.name, len(self._said), by)
        return len(self._said)

    async def talk(self, seconds: float) -> None:
        """Run a closed loop: each customer says something, and each side answers what arrives."""
        self._talking = True
        for pair in self.pairs:
            self.say(pair, CUSTOMER)
        await asyncio.sleep(seconds)

    async def until_arrived(self, count: int) -> None:
        """Wait until so many messages of a closed loop have arrived."""
        self._awaited = count
        self._enough.clear()
        if len(self.arrived) < count:
            await self._enough.wait()

    async def hush(self) -> None:
        """Stop sending and wait until everything has arrived; raises Lost."""
        self._talking = False
        try:
            async with asyncio.timeout(LATEST_S):
                while len(self.arrived) < self.sent:
                    self._all_here.clear()
                    await self._all_here.wait()
        except TimeoutError:
            raise Lost(f"{self.sent - len(self.arrived)} of {self.sent} messages") from None

    def _hear(self, from_the_other: re.Pattern[bytes], by: bytes, data: bytes) -> None:
        self.frames += 1
        # Searching the bytes is cheaper than parsing the JSON, and the load must not be the
        # bottleneck.
        found = from_the_other.search(data)
        if found is None:
            return
        number = int(found[1])
        # The first arrival counts: a duplicate, or a summary that quotes the message, may not hide
        # behind a later time, or be answered.
        if number in self.arrived:
            return
        self.arrived[number] = self.clock()
        if len(self.arrived) == self._awaited:
            self._enough.set()
        if self._talking:
            self.say(self._said[number - 1], by)
        elif len(self.arrived) >= self.sent:
            self._all_here.set()
