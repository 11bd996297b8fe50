"""Tells those who wait where they stand, and everybody whether somebody is free."""

from dataclasses import dataclass, field

from chatserver.core.news import AvailabilityChanged, PlaceChanged
from chatserver.core.routing import Routing
from chatserver.core.waiting import Pace, Place
from chatserver.desk.ports import Bus

TOLD_EVERY = 200
"""ms between two tellings: a queue of thousands moves with each pairing."""

NOBODY = AvailabilityChanged(available=False, staffed=False)


@dataclass(slots=True)
class Places:
    """Reads the routing rules, and remembers only what was told last. Times are in ms."""

    routing: Routing
    bus: Bus
    pace: Pace = field(default_factory=Pace)
    due: int | None = None
    _told: dict[str, Place] = field(default_factory=dict)
    _availability: AvailabilityChanged = NOBODY
    _has_moved: bool = False
    _told_at: int = 0

    def moved(self) -> None:
        """Something happened that may have changed a place."""
        self._has_moved = True

    def of(self, conversation: str, now: int) -> PlaceChanged | None:
        """Where somebody stands; None for who does not wait."""
        place = self.routing.waiting.place(conversation)
        return None if place is None else self._changed(conversation, place, now)

    @property
    def availability(self) -> AvailabilityChanged:
        """Whether a technician could take a conversation now, and whether anybody is at work."""
        return AvailabilityChanged(self.routing.could_take(), self.routing.staffed())

    def tell(self, now: int) -> None:
        """Tell what has changed; where others were told just now, it is `due` a little later."""
        if not self._has_moved:
            return
        if now < self._told_at + TOLD_EVERY:
            self.due = self._told_at + TOLD_EVERY
            return
        self._has_moved, self.due, self._told_at = False, None, now
        if self.availability != self._availability:
            self._availability = self.availability
            self.bus.publish(self._availability)
        self._tell_places(now)

    def _tell_places(self, now: int) -> None:
        places = dict(self.routing.waiting.places())
        for conversation, place in places.items():
            if self._told.get(conversation) != place:
                self.bus.publish(self._changed(conversation, place, now))
        self._told = places

    def _changed(self, conversation: str, place: Place, now: int) -> PlaceChanged:
        wait, between = self.pace.estimate(place.position, now), self.pace.between(place, now)
        return PlaceChanged(conversation, place.position, wait, between)
