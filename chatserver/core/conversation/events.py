"""What can happen in a conversation: the vocabulary of log, wire, tests and documentation.

A stored event is readable for ever: fields are added with a default, never renamed or removed.
"""

from dataclasses import dataclass
from enum import StrEnum

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.explanation import Explanation
from chatserver.core.people import Author, Person


class CloseReason(StrEnum):
    """Why a conversation ended."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    INACTIVE = "inactive"
    ABANDONED = "abandoned"


class RequeueReason(StrEnum):
    """Why a customer waits again."""

    TECHNICIAN_LEFT = "technician_left"
    TRANSFERRED = "transferred"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


class DeclineReason(StrEnum):
    """Why somebody did not take whom they were offered."""

    DECLINED = "declined"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Opened:
    """A customer asked for help.

    `language` is theirs, `previous` the id of who helped them last, and those with a `priority`
    are served before others.
    """

    customer: Person
    reference: str
    topic: str | None = None
    subject: str | None = None
    product: str | None = None
    language: str | None = None
    previous: str | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """The customer does not wait live any more: an answer is promised by `reply_by` (ms)."""

    reply_by: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The customer may leave the page: their place in the queue is kept until a moment (ms)."""

    until: int


@dataclass(frozen=True, slots=True)
class Message:
    """Somebody wrote: a text, or a file by the id of its upload, and what it is."""

    text: str | None = None
    file: str | None = None
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A technician wrote for technicians; never shown to a customer."""

    text: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A technician has the conversation now. `why` the desk chose them is for technicians."""

    technician: Person
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A technician is asked, until a moment (ms), whether they take the customer."""

    technician: Person
    until: int
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """A technician did not take whom they were offered."""

    technician: Person
    reason: DeclineReason


@dataclass(frozen=True, slots=True)
class Requeued:
    """The customer waits again, at the head of the queue."""

    reason: RequeueReason


@dataclass(frozen=True, slots=True)
class Transferred:
    """The technician handed over, to a colleague or to a topic."""

    technician: Person | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Reminded:
    """A silent customer was asked whether they are still there; if not, it ends at `closes_at`
    (ms)."""

    closes_at: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation ended; `by` is the role of who ended it."""

    by: str
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class Reopened:
    """A closed conversation goes on."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The customer's judgement, 1 (bad) to 5 (good)."""

    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Redacted:
    """The words of the entry `first` were removed from the log, or of all from it `through`."""

    first: int
    through: int | None = None


Fact = (
    Opened
    | Promised
    | Kept
    | Message
    | Note
    | Assigned
    | Offered
    | Declined
    | Requeued
    | Transferred
    | Reminded
    | Closed
    | Reopened
    | Rated
    | Redacted
)

KINDS: dict[str, type[Fact]] = {
    "opened": Opened,
    "promised": Promised,
    "kept": Kept,
    "message": Message,
    "note": Note,
    "assigned": Assigned,
    "offered": Offered,
    "declined": Declined,
    "requeued": Requeued,
    "transferred": Transferred,
    "reminded": Reminded,
    "closed": Closed,
    "reopened": Reopened,
    "rated": Rated,
    "redacted": Redacted,
}
KIND_OF: dict[type[Fact], str] = {fact: kind for kind, fact in KINDS.items()}

INTERNAL: frozenset[type[Fact]] = frozenset({Note, Offered, Declined})
"""Kinds that no customer may ever see."""

INTERNAL_FIELDS = frozenset({"why"})
"""Fields of other kinds that no customer may ever see, and that prove nothing."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a conversation's log.

    `seq` is dense from 1; `at` is in ms since 1970 UTC; `prev` is the seq of the event before
    this one that a customer may see (0 at the start). `topic` of the conversation is in Opened.
    """

    conversation: str
    seq: int
    at: int
    author: Author
    fact: Fact
    prev: int

    @property
    def kind(self) -> str:
        return KIND_OF[type(self.fact)]

    @property
    def internal(self) -> bool:
        return type(self.fact) in INTERNAL
