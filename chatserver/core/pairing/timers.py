"""Moments at which time itself changes something, so that nobody has to look again and again."""

from dataclasses import dataclass, field
from heapq import heappop, heappush


@dataclass(slots=True)
class Timers:
    """Each is for a moment (ms) and somebody by name; the same one is set once."""

    _due: list[tuple[int, str]] = field(default_factory=list)
    _set: set[tuple[int, str]] = field(default_factory=set)

    def set(self, at: int, name: str) -> None:
        """Wake at this moment for this name."""
        alarm = (at, name)
        if alarm not in self._set:
            self._set.add(alarm)
            heappush(self._due, alarm)

    def next_due(self) -> int | None:
        """The next moment, None when there is none."""
        return self._due[0][0] if self._due else None

    def pop_due(self, now: int) -> list[str]:
        """For whom the moment has come; each alarm goes off once."""
        names: list[str] = []
        while self._due and self._due[0][0] <= now:
            alarm = heappop(self._due)
            self._set.discard(alarm)
            names.append(alarm[1])
        return names
