"""Background tasks that follow the log: drain what is due, then wait for a wake-up or the clock.

A follower's position is stored with what it makes, so that it goes on there after a restart;
draining the same work twice does nothing. None of this is ever on the path of a message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from chatserver.services.wakeup import Wakeup
from chatserver.tasks import is_cancelled

RETRY_S = 30.0
"""Seconds until a failed drain is tried again."""

LONGEST_PAUSE_S = 300.0
"""Seconds of the longest wait: work is due by the wall clock, which may be set in the meantime."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("follower")


@dataclass(slots=True)
class Follower:
    """Calls `drain` repeatedly.

    `drain` handles everything due and returns the seconds until the next call, or None to wait for
    `wake`. Its exceptions are logged, and it is called again after RETRY_S.
    """

    name: str
    drain: Callable[[], Awaitable[float | None]]
    _wakeup: Wakeup = field(default_factory=Wakeup)

    def wake(self) -> None:
        """Signal that there may be work."""
        self._wakeup.set()

    async def run(self) -> None:
        """Drain and wait, until cancelled."""
        while True:
            # Even where `drain` never waits, other tasks get a turn between two rounds of it.
            await asyncio.sleep(0)
            pause = await self._attempt()
            if is_cancelled():
                return
            # A wake-up while it drained starts another round at once.
            await self._wakeup.wait(None if pause is None else min(pause, LONGEST_PAUSE_S))

    async def _attempt(self) -> float | None:
        try:
            return await self.drain()
        except Exception:
            _log.exception("following failed", follower=self.name)
            return RETRY_S
