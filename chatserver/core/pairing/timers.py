"""Timers: moments at which pairing has to look again although nothing has happened."""

from dataclasses import dataclass, field
from heapq import heappop, heappush


@dataclass(slots=True)
class Timers:
    """A heap of timers, each a moment (monotonic ms) and the name it belongs to.

    Setting the same timer twice has no effect. There is no cancelling: a timer that is no longer
    needed fires once, and its receiver finds nothing to do.
    """

    _due: list[tuple[int, str]] = field(default_factory=list)
    _set: set[tuple[int, str]] = field(default_factory=set)

    def set(self, at: int, name: str) -> None:
        """Set a timer for `name` at the moment `at` (ms)."""
        timer = (at, name)
        if timer not in self._set:
            self._set.add(timer)
            heappush(self._due, timer)

    def next_due(self) -> int | None:
        """Return the moment (ms) of the earliest timer, or None if there is none."""
        return self._due[0][0] if self._due else None

    def pop_due(self, now: int) -> list[str]:
        """Remove all timers up to `now` (ms) and return their names, earliest first."""
        names: list[str] = []
        while self._due and self._due[0][0] <= now:
            timer = heappop(self._due)
            self._set.discard(timer)
            names.append(timer[1])
        return names
