"""Pending offers of customers to technicians. Times are monotonic ms."""

from dataclasses import dataclass, field

from chatserver.core.pairing.timers import Timers


@dataclass(frozen=True, slots=True)
class PendingOffer:
    """An offer that the technician (an id) can accept `until` a moment (monotonic ms)."""

    technician: str
    until: int


@dataclass(slots=True)
class Offers:
    """The pending offers by conversation; each sets one of the `timers` for its end.

    After an offer was declined or missed, the moment before which the same technician is not
    asked again is remembered until the conversation leaves the queue.
    """

    timers: Timers
    _pending: dict[str, PendingOffer] = field(default_factory=dict)
    _ask_again_at: dict[str, int] = field(default_factory=dict)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._pending

    def make(self, conversation: str, technician: str, until: int) -> None:
        """Add an offer that ends at `until` (ms)."""
        self._pending[conversation] = PendingOffer(technician, until)
        self.timers.set(until, conversation)

    def expired(self, now: int) -> list[tuple[str, str]]:
        """Return conversation and technician of each offer that ended without an answer."""
        return [
            (conversation, offer.technician)
            for conversation, offer in self._pending.items()
            if offer.until <= now
        ]

    def next_ask_at(self, conversation: str) -> int:
        """Return the moment (ms) from which the last refuser may be asked again; 0 for now."""
        return self._ask_again_at.get(conversation, 0)

    def decline(self, conversation: str, ask_again_at: int) -> PendingOffer | None:
        """Remove and return the offer; its technician is not asked before `ask_again_at` (ms)."""
        offer = self._pending.pop(conversation, None)
        # The timer of the offer still fires, and finds nothing to do.
        if offer is not None:
            self._ask_again_at[conversation] = ask_again_at
        return offer

    def withdraw(self, conversation: str) -> None:
        """Remove an offer that could not be stored; the technician may be asked at once."""
        self._pending.pop(conversation, None)

    def forget(self, conversation: str) -> PendingOffer | None:
        """Drop everything about a conversation that left the queue; return its offer, if any."""
        self._ask_again_at.pop(conversation, None)
        return self._pending.pop(conversation, None)
