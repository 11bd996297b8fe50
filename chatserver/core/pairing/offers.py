"""Customers whom technicians are asked to take, each until a moment.

Times are ms of a clock that never goes back.
"""

from dataclasses import dataclass, field

from chatserver.core.pairing.timers import Timers


@dataclass(frozen=True, slots=True)
class PendingOffer:
    """Somebody has until a moment to take a customer."""

    technician: str
    until: int


@dataclass(slots=True)
class Offers:
    """The offers that stand, and whom not to ask again for now. `alarms` go off with them."""

    timers: Timers
    _pending: dict[str, PendingOffer] = field(default_factory=dict)
    _ask_again_at: dict[str, int] = field(default_factory=dict)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._pending

    def make(self, conversation: str, technician: str, until: int) -> None:
        """From now on this technician is asked."""
        self._pending[conversation] = PendingOffer(technician, until)
        self.timers.set(until, conversation)

    def expired(self, now: int) -> list[tuple[str, str]]:
        """Conversations that were not taken in time, and who was asked."""
        return [
            (conversation, offer.technician)
            for conversation, offer in self._pending.items()
            if offer.until <= now
        ]

    def next_ask_at(self, conversation: str) -> int:
        """From when on those may be asked again who let it pass."""
        return self._ask_again_at.get(conversation, 0)

    def decline(self, conversation: str, again: int) -> PendingOffer | None:
        """The offer that was let pass; who did is not asked again before `again`."""
        offer = self._pending.pop(conversation, None)
        if offer is not None:
            self._ask_again_at[conversation] = again
        return offer

    def withdraw(self, conversation: str) -> None:
        """It could not be made."""
        self._pending.pop(conversation, None)

    def forget(self, conversation: str) -> PendingOffer | None:
        """The conversation waits no more; the offer that stood until then."""
        self._ask_again_at.pop(conversation, None)
        return self._pending.pop(conversation, None)
