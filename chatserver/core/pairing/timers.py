"""Timers: moments at which pairing has to look again although nothing has happened."""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

MIN_FORGOTTEN = 64
"""Names that are forgotten before the heap is gone through for the first time."""


@dataclass(slots=True)
class Timers:
    """A heap of timers, each a moment (monotonic ms) and the name it belongs to.

    Setting the same timer twice has no effect. A single timer cannot be cancelled: one that is no
    longer needed fires once, and its receiver finds nothing to do. All timers of a name that is
    gone are forgotten; they leave the heap together, once half of it may be such ones.
    """

    _due: list[tuple[int, str]] = field(default_factory=list)
    _set: set[tuple[int, str]] = field(default_factory=set)
    _forgotten: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        """Return the number of timers that are held, those of forgotten names among them."""
        return len(self._due)

    def set(self, at: int, name: str) -> None:
        """Set a timer for `name` at the moment `at` (ms)."""
        timer = (at, name)
        self._forgotten.discard(name)
        if timer not in self._set:
            self._set.add(timer)
            heappush(self._due, timer)

    def forget(self, name: str) -> None:
        """Give up all timers for `name`, which fire no more unless it gets another one."""
        self._forgotten.add(name)
        if len(self._forgotten) > max(MIN_FORGOTTEN, len(self._due) // 2):
            self._set = {timer for timer in self._set if timer[1] not in self._forgotten}
            self._due = list(self._set)
            heapify(self._due)
            self._forgotten.clear()

    def next_due(self) -> int | None:
        """Return the moment (ms) of the earliest timer, or None if there is none."""
        return self._due[0][0] if self._due else None

    def pop_due(self, now: int) -> list[str]:
        """Remove all timers up to `now` (ms) and return their names, earliest first."""
        names: list[str] = []
        while self._due and self._due[0][0] <= now:
            timer = heappop(self._due)
            self._set.discard(timer)
            if timer[1] not in self._forgotten:
                names.append(timer[1])
        return names
