"""When messages are due that are sent at a fixed rate, and how late they are.

A client that waits for a slow server before it sends the next message leaves out of its measure
all the messages that would have waited with it (coordinated omission). So a delay counts from the
moment when a message was due, whether or not it could be sent then.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timetable:
    """Message 1 is due at `started`, and `rate` of them each second; times in seconds."""

    started: float
    rate: float
    count: int

    def due(self, number: int) -> float:
        """When a message is due."""
        return self.started + (number - 1) / self.rate

    def owed(self, now: float) -> int:
        """How many messages should have been sent by now."""
        if now < self.started:
            return 0
        return min(self.count, int((now - self.started) * self.rate) + 1)

    def delays(self, arrived: Mapping[int, float]) -> list[float]:
        """From due to arrived, of every message; raises KeyError for one that has not arrived."""
        return [arrived[number] - self.due(number) for number in range(1, self.count + 1)]
