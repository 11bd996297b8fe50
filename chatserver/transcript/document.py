"""The neutral form of a transcript, from which every format is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.attachment import path_name
from chatserver.core.conversation.events import Event, Message
from chatserver.core.conversation.state import Conversation
from chatserver.transcript.proof import Proof


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation, whole: nothing in it is ever truncated.

    `internal` is the technicians' edition, the only one that has notes in it. `proof` is the
    site's word that this edition says what the log says, `check_at` the address of a page that
    confirms it.
    """

    conversation: Conversation
    events: tuple[Event, ...]
    epoch: str
    internal: bool
    proof: Proof | None = None
    check_at: str | None = None

    @classmethod
    def of(
        cls, conversation: Conversation, events: Sequence[Event], epoch: str, *, internal: bool
    ) -> "Transcript":
        """Build an edition; internal events are left out of the customer's even if given."""
        shown = tuple(event for event in events if internal or not event.internal)
        return cls(conversation, shown, epoch, internal)

    @property
    def enclosures(self) -> dict[str, str]:
        """The ids of the files that were sent along, by the paths they get beside the transcript:
        the number of their entry stands in front."""
        return {
            f"files/{event.seq:04}-{path_name(event.fact.attachment.name)}": event.fact.file
            for event in self.events
            if isinstance(event.fact, Message) and event.fact.file and event.fact.attachment
        }
