"""Connected people, and disconnected ones within their grace period."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Presence:
    """Counts each person's live connections and times out people without any.

    `grace_ms` and all times are in ms of a monotonic clock.
    """

    grace_ms: int
    _connections: dict[str, int] = field(default_factory=dict)
    # Deadlines by person. The grace is the same for all, so insertion order is deadline order and
    # no heap is needed.
    _leaving: dict[str, int] = field(default_factory=dict)

    def connect(self, person: str) -> bool:
        """Count one more connection; return True if it is the person's first."""
        self._leaving.pop(person, None)
        count = self._connections.get(person, 0) + 1
        self._connections[person] = count
        return count == 1

    def disconnect(self, person: str, now: int) -> bool:
        """Count one connection less; return True if it was the last, so that the grace begins."""
        count = self._connections[person] - 1
        if count:
            self._connections[person] = count
            return False
        del self._connections[person]
        self.begin_grace(person, now)
        return True

    def begin_grace(self, person: str, now: int) -> None:
        """Begin the grace of a disconnected person; no effect while they are connected."""
        if person not in self._connections:
            # `setdefault`: the grace counts from the first call and is never extended.
            self._leaving.setdefault(person, now + self.grace_ms)

    def connected_ids(self) -> list[str]:
        """Return the ids of all connected people."""
        return list(self._connections)

    def connected_count(self) -> int:
        """Return the number of connected people."""
        return len(self._connections)

    def is_connected(self, person: str) -> bool:
        """Return True if the person has a live connection."""
        return person in self._connections

    def expected_back(self) -> list[str]:
        """Return the ids of the people that are expected back within their grace."""
        return list(self._leaving)

    def pop_expired(self, now: int) -> list[str]:
        """Remove and return the ids of people that did not reconnect within the grace."""
        expired: list[str] = []
        # Called at every turn of the dispatcher; after a restart thousands are expected back, so
        # the loop stops at the first deadline that lies ahead.
        for person, deadline in self._leaving.items():
            if deadline > now:
                break
            expired.append(person)
        for person in expired:
            del self._leaving[person]
        return expired

    def next_deadline(self) -> int | None:
        """Return the earliest deadline of the grace periods, or None."""
        return next(iter(self._leaving.values()), None)
