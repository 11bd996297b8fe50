"""What the log takes and gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation

Answer = Mapping[str, object]
"""The fields of an `ok`, kept with its request so that a repeated one is answered the same."""


@dataclass(frozen=True, slots=True)
class Append:
    """The events of one decision, all or none, with the state they lead to.

    `request` is None for what the desk itself decides.
    """

    events: tuple[Event, ...]
    after: Conversation
    request: str | None = None
    answer: Answer | None = None

    @property
    def author(self) -> str:
        return self.events[0].author.id

    @property
    def expected_seq(self) -> int:
        return self.events[0].seq - 1


class DuplicateRequest(Exception):
    """The request was answered before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class SeqConflict(Exception):
    """The log has grown since the decision was made: read it again, decide again."""


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """Up to which seq each side has seen a conversation."""

    customer: int = 0
    technician: int = 0


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation and how far each side has read it."""

    conversation: Conversation
    marks: ReadMarks


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A conversation that a search found; the matches in `excerpt` stand between U+0002 and
    U+0003."""

    record: ConversationRecord
    excerpt: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which conversations a list shows: by status, newest first, from `before` (the time of
    opening in ms, and the id) on. `technician` None is everybody's."""

    status: str
    technician: str | None = None
    before: tuple[int, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Visit:
    """What a customer's browser said when it came: `at` in ms, the rest as it was said."""

    at: int
    page: str | None = None
    agent: str | None = None
    locale: str | None = None
    timezone: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a technician has begun to write in a conversation."""

    conversation: str
    text: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded for a conversation by `owner`, at a moment (ms)."""

    file: str
    conversation: str
    owner: str
    attachment: Attachment
    at: int


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A transcript that was given out: its SHA-256, in which format, to whom, when (ms)."""

    digest: bytes
    conversation: str
    format: str
    receiver: str
    at: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """Which part of a log to read: after a seq upwards, or the newest before one."""

    after: int | None = None
    before: int | None = None
    limit: int = 200
