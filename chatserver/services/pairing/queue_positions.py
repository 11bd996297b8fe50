"""Tells those who wait where they stand, and everybody whether somebody is free."""

from collections.abc import Callable
from dataclasses import dataclass, field

from chatserver.core.notifications import AvailabilityChanged, QueuePositionChanged
from chatserver.core.pairing.queue import QueuePosition, WaitEstimator
from chatserver.core.pairing.router import Router
from chatserver.services.bus import Bus

TOLD_EVERY = 200
"""ms between two tellings at least: a queue of thousands moves with each pairing."""

TOLD_IN_A_MS = 4
"""Frames that are sent for each ms until the next telling. A frame takes some 20 µs, so telling
takes a tenth of a core at most, however many there are to tell."""

READ_IN_A_MS = 20
"""The same for places that are looked at and turn out as they were, which takes 1 µs each."""

NOBODY = AvailabilityChanged(available=False, staffed=False)


@dataclass(slots=True)
class QueuePositions:
    """Reads the routing rules, and remembers only what was told last. Times are in ms.

    `here` is how many customers are connected.
    """

    routing: Router
    bus: Bus
    here: Callable[[], int]
    pace: WaitEstimator = field(default_factory=WaitEstimator)
    due: int | None = None
    _told: dict[str, QueuePosition] = field(default_factory=dict)
    _availability: AvailabilityChanged = NOBODY
    _has_moved: bool = False
    _next_at: int = 0

    def moved(self) -> None:
        """Something happened that may have changed a place."""
        self._has_moved = True

    def position_of(self, conversation: str, now: int) -> QueuePositionChanged | None:
        """Where somebody stands; None for who does not wait."""
        place = self.routing.queue.position(conversation)
        if place is None:
            return None
        if self._told.get(conversation) != place:
            # Who asks is ahead of the others: should it change back before the next telling, they
            # must be told all the same.
            self._told.pop(conversation, None)
        return self._changed(conversation, place, now)

    @property
    def availability(self) -> AvailabilityChanged:
        """Whether a technician could take a conversation now, and whether anybody is at work."""
        return AvailabilityChanged(self.routing.has_free_technician(), self.routing.is_staffed())

    def tell(self, now: int) -> None:
        """Tell what has changed; where others were told just now, it is `due` a little later."""
        if not self._has_moved:
            return
        if now < self._next_at:
            self.due = self._next_at
            return
        self._has_moved, self.due = False, None
        told = self._tell_availability() + self._tell_places(now)
        pause = told // TOLD_IN_A_MS + len(self._told) // READ_IN_A_MS
        self._next_at = now + max(TOLD_EVERY, pause)

    def _tell_availability(self) -> int:
        """Tell everybody whether somebody is free; how many were told."""
        if self.availability == self._availability:
            return 0
        self._availability = self.availability
        self.bus.publish(self._availability)
        return self.here()

    def _tell_places(self, now: int) -> int:
        """Tell who waits where they stand, if it is elsewhere now; how many were told."""
        places = dict(self.routing.queue.positions())
        moved = [each for each, place in places.items() if self._told.get(each) != place]
        for conversation in moved:
            self.bus.publish(self._changed(conversation, places[conversation], now))
        self._told = places
        return len(moved)

    def _changed(self, conversation: str, place: QueuePosition, now: int) -> QueuePositionChanged:
        wait, between = (
            self.pace.estimate(place.position, now),
            self.pace.estimate_range(place, now),
        )
        return QueuePositionChanged(conversation, place.position, wait, between)
