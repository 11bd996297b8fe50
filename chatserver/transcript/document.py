"""The neutral form of a transcript, from which every format is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation import Conversation
from chatserver.core.events import Event
from chatserver.transcript.proof import Proof


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation, whole: nothing in it is ever truncated.

    `internal` is the technicians' edition, the only one that has notes in it. `proof` is the
    site's word that this edition says what the log says.
    """

    conversation: Conversation
    events: tuple[Event, ...]
    epoch: str
    internal: bool
    proof: Proof | None = None

    @classmethod
    def of(
        cls, conversation: Conversation, events: Sequence[Event], epoch: str, *, internal: bool
    ) -> "Transcript":
        """Build an edition; internal events are left out of the customer's even if given."""
        shown = tuple(event for event in events if internal or not event.internal)
        return cls(conversation, shown, epoch, internal)
