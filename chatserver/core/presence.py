"""Who is connected, and who left so long ago that others must act."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Presence:
    """Counts each person's live connections and grants grace to who lost the last one.

    Times are ms of a clock that never goes back. Everybody has the same grace, so whoever left
    first is also due first.
    """

    grace: int
    _connections: dict[str, int] = field(default_factory=dict)
    _leaving: dict[str, int] = field(default_factory=dict)

    def connect(self, person: str) -> bool:
        """One more connection; True when it is the first."""
        self._leaving.pop(person, None)
        count = self._connections.get(person, 0) + 1
        self._connections[person] = count
        return count == 1

    def disconnect(self, person: str, now: int) -> bool:
        """One connection less; True when it was the last, and the grace begins."""
        count = self._connections[person] - 1
        if count:
            self._connections[person] = count
            return False
        del self._connections[person]
        self.expect(person, now)
        return True

    def expect(self, person: str, now: int) -> None:
        """Somebody who should come back, but is not here: their grace begins now."""
        if person not in self._connections:
            self._leaving.setdefault(person, now + self.grace)

    def connected(self) -> list[str]:
        """Everybody who is connected."""
        return list(self._connections)

    def connected_count(self) -> int:
        """How many are connected."""
        return len(self._connections)

    def is_connected(self, person: str) -> bool:
        return person in self._connections

    def pop_expired(self, now: int) -> list[str]:
        """Who did not come back in time; each is named once."""
        gone: list[str] = []
        # Asked at every turn of the desk, when thousands may be expected back.
        for person, deadline in self._leaving.items():
            if deadline > now:
                break
            gone.append(person)
        for person in gone:
            del self._leaving[person]
        return gone

    def next_deadline(self) -> int | None:
        """When `gone` has news next, or None."""
        return next(iter(self._leaving.values()), None)
