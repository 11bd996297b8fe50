"""Who follows the log at their own pace: drain what is due, then wait for a wake-up or the clock.

How far a follower has come is stored with what it makes, so that a restart goes on where it was;
draining again what was done does nothing. None of this is ever on the path of a message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from chatserver.tasks import is_cancelled

RETRY_S = 30.0
"""Seconds until what failed is tried again."""

LONGEST_PAUSE_S = 300.0
"""Seconds after which is looked again in any case: what is due goes by the wall clock, and that
may have been set meanwhile."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("follower")


@dataclass(slots=True)
class Follower:
    """Runs `drain` over and over: it does all that is due and returns the seconds until more
    will be, None when only a wake-up brings more. What it raises is logged, and tried again.
    """

    name: str
    drain: Callable[[], Awaitable[float | None]]
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            # Cleared before draining: what comes in its course is drained after it.
            self._woken.clear()
            # Whatever `drain` does: others get their turn between two rounds of it.
            await asyncio.sleep(0)
            pause = await self._attempt()
            if is_cancelled():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(None if pause is None else min(pause, LONGEST_PAUSE_S)):
                    await self._woken.wait()

    async def _attempt(self) -> float | None:
        try:
            return await self.drain()
        except Exception:
            _log.exception("following failed", follower=self.name)
            return RETRY_S
