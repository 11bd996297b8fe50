"""The data types of the log and of the stores beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation

Answer = Mapping[str, object]
"""The fields of an `ok`, stored with its request so that a repetition gets the same answer."""


@dataclass(frozen=True, slots=True)
class Append:
    """The events of one decision, to be stored atomically, with the state that they lead to.

    `request` is the idempotency key, or None for a decision of the desk itself.
    """

    events: tuple[Event, ...]
    after: Conversation
    request: str | None = None
    answer: Answer | None = None


class DuplicateRequest(Exception):
    """The request was answered before; `answer` is the stored answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class SeqConflict(Exception):
    """The log has grown since the decision was made: load the state and decide again."""


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """The newest seq that each side has read."""

    customer: int = 0
    technician: int = 0


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation and its read marks."""

    conversation: Conversation
    marks: ReadMarks


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A result of a full-text search; matches in `excerpt` stand between U+0002 and U+0003."""

    record: ConversationRecord
    excerpt: str


@dataclass(frozen=True, slots=True)
class Period:
    """A time of opening (ms since 1970 UTC) from `since` on, before `until`; None is no limit."""

    since: int | None = None
    until: int | None = None

    def has(self, at: int) -> bool:
        """Return True for a time in the period."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A filter and a cursor for one page of a list of conversations, newest first.

    `status` is a ConversationStatus, "abandoned" for closed conversations that ended so, or None
    for every status. `technician` None lists those of all technicians. `before` is the cursor: time
    of opening (ms since 1970 UTC) and id of the last conversation of the page before.
    """

    status: str | None
    technician: str | None = None
    before: tuple[int, str] | None = None
    limit: int = 50
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer's visit, as reported by the browser; `at` is in ms since 1970 UTC.

    `page` is a URL, `agent` the User-Agent header, `locale` BCP 47, `timezone` an IANA name.
    """

    at: int
    page: str | None = None
    agent: str | None = None
    locale: str | None = None
    timezone: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A technician's unsent text in a conversation."""

    conversation: str
    text: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file uploaded for a conversation by `owner` (an id) at a time (ms since 1970 UTC)."""

    file: str
    conversation: str
    owner: str
    attachment: Attachment
    at: int


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A transcript that was handed out: SHA-256, format, receiver, time (ms since 1970 UTC)."""

    digest: bytes
    conversation: str
    format: str
    receiver: str
    at: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of a log: the events after a seq upwards, or the newest ones before a seq."""

    after: int | None = None
    before: int | None = None
    limit: int = 200
