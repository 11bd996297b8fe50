"""The schedule of messages sent at a fixed rate, and their delays.

A client that waits for a slow server before it sends the next message omits from its measurement
all messages that would have waited too (coordinated omission). A delay therefore counts from the
time when a message was due, no matter when it could be sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timetable:
    """A schedule: message 1 is due at `started`, then `rate` a second; times in seconds."""

    started: float
    rate: float
    count: int

    def due(self, number: int) -> float:
        """Return the time at which a message is due."""
        return self.started + (number - 1) / self.rate

    def owed(self, now: float) -> int:
        """Return the number of messages that should have been sent by now."""
        if now < self.started:
            return 0
        return min(self.count, int((now - self.started) * self.rate) + 1)

    def delays(self, arrived: Mapping[int, float]) -> list[float]:
        """Return the delay of every message; raises KeyError for one that has not arrived."""
        return [arrived[number] - self.due(number) for number in range(1, self.count + 1)]
