"""The format-neutral form of a transcript, which every format renders."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatserver.core.conversation.attachment import path_name
from chatserver.core.conversation.events import Event, Message
from chatserver.core.conversation.state import Conversation
from chatserver.transcript.proof import Proof


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation in full; nothing in it is truncated.

    `internal` marks the technicians' edition, the only one that contains notes. `proof` is the
    site's signature that this edition agrees with the log, and `check_at` the URL of the page that
    verifies it.
    """

    conversation: Conversation
    events: tuple[Event, ...]
    epoch: str
    internal: bool
    proof: Proof | None = None
    check_at: str | None = None

    @classmethod
    def edition(
        cls, conversation: Conversation, events: Sequence[Event], epoch: str, *, internal: bool
    ) -> "Transcript":
        """Build an edition; internal events are removed from the customer's edition."""
        shown = tuple(event for event in events if internal or not event.internal)
        return cls(conversation, shown, epoch, internal)

    @property
    def enclosures(self) -> dict[str, str]:
        """The ids of the attached files, by their paths beside the transcript.

        A path is `files/`, the entry's number in four digits, and the file's name.
        """
        return {
            # Two entries may carry files of the same name; the entry's number keeps their paths
            # apart.
            f"files/{event.seq:04}-{path_name(event.fact.attachment.name)}": event.fact.file
            for event in self.events
            if isinstance(event.fact, Message) and event.fact.file and event.fact.attachment
        }
