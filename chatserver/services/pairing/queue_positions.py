"""Publishes queue positions to waiting customers, and availability to all of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatserver.core.notifications import AvailabilityChanged, QueuePositionChanged
from chatserver.core.pairing.queue import QueuePosition, WaitEstimator
from chatserver.core.pairing.router import Router
from chatserver.services.bus import Bus

MIN_ROUND_MS = 200
"""Minimum ms between two rounds: a queue of thousands moves with each pairing."""

FRAMES_PER_MS = 4
"""Frames that are sent for each ms until the next round. A frame takes some 20 µs, so this takes a
tenth of a core at most, however long the queue is."""

COMPARISONS_PER_MS = 20
"""Positions that are compared for each ms until the next round; each takes 1 µs."""

NONE_AVAILABLE = AvailabilityChanged(available=False, staffed=False)


@dataclass(slots=True)
class QueuePositions:
    """Reads the router, and remembers only what was published last. Times are in ms.

    `topics` returns the ids of all topics.
    """

    router: Router
    bus: Bus
    count_connected_customers: Callable[[], int]
    topics: Callable[[], Iterable[str]]
    wait_estimator: WaitEstimator = field(default_factory=WaitEstimator)
    due: int | None = None
    _published: dict[str, QueuePosition] = field(default_factory=dict)
    _availability: AvailabilityChanged = NONE_AVAILABLE
    _has_changed: bool = False
    _next_at: int = 0

    def mark_changed(self) -> None:
        """Note that a position may have changed."""
        self._has_changed = True

    def position_of(self, conversation: str, now: int) -> QueuePositionChanged | None:
        """Return the position of a conversation, or None if it does not wait."""
        position = self.router.queue.position(conversation)
        if position is None:
            return None
        if self._published.get(conversation) != position:
            # The caller sends this position at once. Drop the remembered one, so that the next
            # round publishes even a change back.
            self._published.pop(conversation, None)
        return self._changed(conversation, position, now)

    @property
    def availability(self) -> AvailabilityChanged:
        """The availability: is a technician free, is one at work, and the topics served."""
        return AvailabilityChanged(
            available=self.router.has_free_technician(),
            staffed=self.router.roster.is_staffed(),
            available_topics=self.router.available_topics(self.topics()),
        )

    def publish_due(self, now: int) -> None:
        """Publish the changes, or set `due` if the last round was less than its pause ago."""
        if not self._has_changed:
            return
        if now < self._next_at:
            self.due = self._next_at
            return
        self._has_changed, self.due = False, None
        sent = self._publish_availability() + self._publish_positions(now)
        pause = sent // FRAMES_PER_MS + len(self._published) // COMPARISONS_PER_MS
        self._next_at = now + max(MIN_ROUND_MS, pause)

    def _publish_availability(self) -> int:
        """Publish the availability if it changed; return the number of customers it is sent to."""
        availability = self.availability
        if availability == self._availability:
            return 0
        self._availability = availability
        self.bus.publish(self._availability)
        return self.count_connected_customers()

    def _publish_positions(self, now: int) -> int:
        """Publish the positions that changed; return their number."""
        positions = dict(self.router.queue.positions())
        changed = [
            each for each, position in positions.items() if self._published.get(each) != position
        ]
        for conversation in changed:
            self.bus.publish(self._changed(conversation, positions[conversation], now))
        self._published = positions
        return len(changed)

    def _changed(
        self, conversation: str, position: QueuePosition, now: int
    ) -> QueuePositionChanged:
        wait, between = (
            self.wait_estimator.estimate(position.position, now),
            self.wait_estimator.estimate_range(position, now),
        )
        return QueuePositionChanged(conversation, position.position, wait, between)
