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

from tests.bench.rivals import Pair

LATEST_S = 30.0
"""Seconds after which a missing message counts as lost."""

OK = b'{"type":"ok"'
NUMBER = re.compile(rb'"text":"#(\d+) ')


class Lost(Exception):
    """Messages did not arrive."""


@dataclass(slots=True)
class Load:
    """The messages sent and received by some pairs; `answers` counts the senders' `ok`."""

    pairs: list[Pair]
    clock: Callable[[], float] = time.perf_counter
    name: str = field(default_factory=lambda: secrets.token_hex(6))
    sent: int = 0
    answers: int = 0
    frames: int = 0
    arrived: dict[int, float] = field(default_factory=dict)
    _talking: bool = False
    _awaited: int = 0
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _all_here: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        for pair in self.pairs:
            pair.sender.listener = partial(self._to_sender, pair)
            pair.receiver.listener = self._to_receiver

    def say(self, pair: Pair) -> int:
        """Send one message and return its number."""
        self.sent += 1
        pair.sender.say(pair.frame(self.name, self.sent))
        return self.sent

    async def talk(self, seconds: float) -> None:
        """Run a closed loop: each pair sends its next message on the answer to the last."""
        self._talking = True
        for pair in self.pairs:
            self.say(pair)
        await asyncio.sleep(seconds)

    async def answered(self, count: int) -> None:
        """Wait until so many messages of a closed loop have been answered."""
        self._awaited = count
        self._enough.clear()
        if self.answers < count:
            await self._enough.wait()

    async def hush(self) -> None:
        """Stop sending and wait until everything has arrived; raises Lost."""
        self._talking = False
        try:
            async with asyncio.timeout(LATEST_S):
                while not self._complete():
                    self._all_here.clear()
                    await self._all_here.wait()
        except TimeoutError:
            raise Lost(f"{self.sent - len(self.arrived)} of {self.sent} messages") from None

    def _to_sender(self, pair: Pair, data: bytes) -> None:
        self.frames += 1
        if data.startswith(OK):
            self.answers += 1
            if self.answers == self._awaited:
                self._enough.set()
            if self._talking:
                self.say(pair)
            else:
                self._look()

    def _to_receiver(self, data: bytes) -> None:
        self.frames += 1
        # Searching the bytes is cheaper than parsing the JSON, and the load must not be the
        # bottleneck.
        number = NUMBER.search(data)
        if number is not None:
            # The first arrival counts; a duplicate must not hide behind a later time.
            self.arrived.setdefault(int(number[1]), self.clock())
            if not self._talking:
                self._look()

    def _complete(self) -> bool:
        return self.answers >= self.sent and len(self.arrived) >= self.sent

    def _look(self) -> None:
        if self._complete():
            self._all_here.set()
