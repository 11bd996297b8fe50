"""Pending offers of customers to technicians. Times are monotonic ms."""

from dataclasses import dataclass, field

from chatserver.core.pairing.timers import Timers


@dataclass(frozen=True, slots=True)
class PendingOffer:
    """An offer that the technician (an id) can accept `until` a moment (monotonic ms).

    `skilled`: the technician had the skills that the topic required when the offer was made.
    """

    technician: str
    until: int
    skilled: bool = False


@dataclass(slots=True)
class Offers:
    """The pending offers by conversation; each sets one of the `timers` for its end.

    The time at which an offer was last declined or missed is remembered until the conversation
    leaves the queue: for a while the same technician is not asked again.
    """

    timers: Timers
    _pending: dict[str, PendingOffer] = field(default_factory=dict)
    _refused_at: dict[str, int] = field(default_factory=dict)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._pending

    def make(self, conversation: str, offer: PendingOffer) -> None:
        """Add an offer, and set the timer for its end."""
        self._pending[conversation] = offer
        self.timers.set(offer.until, conversation)

    def pending(self) -> dict[str, PendingOffer]:
        """Return the offers by conversation, the oldest first."""
        return dict(self._pending)

    def expired(self, now: int) -> list[tuple[str, str]]:
        """Return conversation and technician of each offer that ended without an answer."""
        return [
            (conversation, offer.technician)
            for conversation, offer in self._pending.items()
            if offer.until <= now
        ]

    def refused_at(self, conversation: str) -> int | None:
        """Return the time (ms) at which an offer was last declined or missed, or None."""
        return self._refused_at.get(conversation)

    def refuse(self, conversation: str, now: int) -> None:
        """Remember that an offer was declined or missed at `now` (ms)."""
        self._refused_at[conversation] = now

    def withdraw(self, conversation: str) -> PendingOffer | None:
        """Remove and return the offer, if any; its technician may be asked again at once."""
        # The timer of the offer still fires, and finds nothing to do.
        return self._pending.pop(conversation, None)

    def forget(self, conversation: str) -> PendingOffer | None:
        """Drop everything about a conversation that left the queue; return its offer, if any."""
        self._refused_at.pop(conversation, None)
        return self._pending.pop(conversation, None)
