"""A wait that ends with a wake-up or after a time, whichever comes first."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Wakeup:
    """An event for one waiting task, with a timeout.

    A signal that comes while the task works is kept, so that the next wait ends at once. A wait
    that ends early does no harm: the task looks at its clock again, and waits for the rest.
    """

    _signal: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self) -> None:
        """Wake the task."""
        self._signal.set()

    def is_set(self) -> bool:
        """Return True if the next wait would end at once."""
        return self._signal.is_set()

    def clear(self) -> None:
        """Take the signal without waiting for it."""
        self._signal.clear()

    async def wait(self, timeout_s: float | None) -> None:
        """Wait for a signal since the last wait, `timeout_s` at most; None waits without end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._signal.wait()
        self._signal.clear()

    async def wait_until(self, moment: int | None, now: int) -> None:
        """Wait for a signal, or until the clock that reads `now` reads `moment` (ms).

        None waits for a signal only. The clock has to be monotonic.
        """
        await self.wait(None if moment is None else max(0, moment - now) / 1_000)
