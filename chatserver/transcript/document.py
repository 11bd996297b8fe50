"""The format-neutral form of a transcript, which every format renders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chatserver.core.conversation.attachment import path_name
from chatserver.core.conversation.events import Event, Message
from chatserver.core.conversation.state import Conversation
from chatserver.transcript.authenticity.proof import Proof


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation in full; nothing in it is truncated.

    `internal` marks the technicians' edition, the only one that contains notes. `proof` is the
    site's signature that this edition agrees with the log, and `check_at` the URL of the page that
    verifies it. `topics` are the names of the site's topics by id, and `previews` the paths of the
    WebP previews of pictures by file id; a path may lead nowhere.
    """

    conversation: Conversation
    events: tuple[Event, ...]
    epoch: str
    internal: bool
    proof: Proof | None = None
    check_at: str | None = None
    topics: Mapping[str, str] = field(default_factory=dict)
    previews: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def edition(
        cls, conversation: Conversation, events: Sequence[Event], epoch: str, *, internal: bool
    ) -> "Transcript":
        """Build an edition; internal events are removed from the customer's edition."""
        shown = tuple(event for event in events if internal or not event.internal)
        return cls(conversation, shown, epoch, internal)

    def topic_name(self, topic: str | None) -> str | None:
        """Return a topic's name, or its id if the topic is not there any more."""
        return None if topic is None else self.topics.get(topic, topic)

    def read_previews(self) -> dict[str, bytes]:
        """Return the WebP previews of the pictures by file id; erased ones are left out."""
        return {file: path.read_bytes() for file, path in self.previews.items() if path.exists()}

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
