"""The events of a conversation: the vocabulary of log, wire, tests and documentation.

A stored event stays readable for ever: new fields have a default, and no field is renamed or
removed. All times are in ms since 1970 UTC.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, get_args

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.mail_origin import MailOrigin, Way
from chatserver.core.conversation.promise import EscalationLevel
from chatserver.core.explanation import Explanation
from chatserver.core.people import Author, Person


class CloseReason(StrEnum):
    """The reason for the end of a conversation."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    INACTIVE = "inactive"
    ABANDONED = "abandoned"


class RequeueReason(StrEnum):
    """The reason for a customer's return to the queue."""

    TECHNICIAN_LEFT = "technician_left"
    TRANSFERRED = "transferred"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


class AutomaticLetter(StrEnum):
    """The kind of a letter that a program wrote; DELAYED is a report that delivery takes longer."""

    REPLY = "reply"
    DELAYED = "delayed"
    RECEIPT = "receipt"
    REPORT = "report"
    LIST = "list"
    OURS = "ours"


class Doubt(StrEnum):
    """The reason for which a letter to a case is not taken as the customer's words.

    SENDER: another address than the customer's. UNAUTHENTICATED: the site's mail server says that
    the sender is another. FORWARD: it passes on what another person wrote.
    """

    SENDER = "sender"
    UNAUTHENTICATED = "unauthenticated"
    FORWARD = "forward"


class DeclineReason(StrEnum):
    """The reason for an offer that was not accepted.

    The desk withdraws the offer of a technician who is lost or may not be asked any more.
    """

    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Opened:
    """A customer asked for help.

    `language` is the customer's (BCP 47, without region), and `previous` is the id of the
    technician of their last conversation. Customers with a higher `priority` are served first.
    `way` is MAIL for a case that began by e-mail, and `follows` the reference of the closed
    conversation that a letter continues.
    """

    customer: Person
    reference: str
    topic: str | None = None
    subject: str | None = None
    product: str | None = None
    language: str | None = None
    previous: str | None = None
    priority: int | None = None
    way: Way | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """An answer was promised by `reply_by` (ms) to words that arrived at `since` (ms).

    Without `since` they arrived when the promise was made. A half of the working time up to the
    deadline is used at `half_at`, four fifths at `late_at` (ms). With `instead_of` (ms) it is the
    new time for a promise that was not kept.
    """

    reply_by: int
    since: int | None = None
    half_at: int | None = None
    late_at: int | None = None
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The customer left the page with a place in the queue reserved `until` (ms)."""

    until: int


@dataclass(frozen=True, slots=True)
class Message:
    """A text, or a file by the id of its upload with its description.

    `way` is MAIL for what came by e-mail, None for the chat; `mail` is the letter, on its first
    message only. `quoted` is the end of the letter that repeats what was said before, and
    `thread_index` its Thread-Index header.
    """

    text: str | None = None
    file: str | None = None
    attachment: Attachment | None = None
    way: Way | None = None
    mail: MailOrigin | None = None
    quoted: str | None = None
    thread_index: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A technician's note for technicians; never shown to a customer."""

    text: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A technician got the conversation. `why` explains the choice to technicians only."""

    technician: Person
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A technician was offered the customer and can accept `until` a moment (ms)."""

    technician: Person
    until: int
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """A technician declined the offered customer or let the offer expire, or it was withdrawn."""

    technician: Person
    reason: DeclineReason


@dataclass(frozen=True, slots=True)
class Requeued:
    """The customer went back to the head of the queue."""

    reason: RequeueReason


@dataclass(frozen=True, slots=True)
class Transferred:
    """The technician handed the conversation over to a colleague or to a topic."""

    technician: Person | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Reminded:
    """A silent customer was reminded; without an answer the conversation ends at `closes_at`
    (ms), or never if that is None."""

    closes_at: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation ended; `by` is the role of the participant that ended it."""

    by: str
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class Reopened:
    """The customer continued a closed conversation, and waits for an answer."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The customer's rating, from 1 (bad) to 5 (good)."""

    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Mailed:
    """The technicians' words from seq `first` `through` another were sent by e-mail.

    `mail` is the Message-ID; the next mail server has taken the letter to the address `to`.
    """

    mail: str
    to: str
    first: int
    through: int


@dataclass(frozen=True, slots=True)
class Bounced:
    """A letter with words up to seq `through` did not arrive.

    `status` is the code of RFC 3463, such as 5.1.1, and `diagnostic` what the mail server said.
    """

    mail: str
    status: str
    through: int
    diagnostic: str | None = None


@dataclass(frozen=True, slots=True)
class Automatic:
    """A program wrote to this case; for technicians only, and it changes nothing."""

    what: AutomaticLetter
    subject: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Doubted:
    """A letter for this case that nothing proves to be the customer's; for technicians only.

    It waits until it is admitted or discarded. `source` is the id of the file with all of it.
    """

    sender: str
    doubt: Doubt
    subject: str | None = None
    text: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A technician took the doubted letter of the entry `doubted` for the customer's words.

    These follow as messages.
    """

    doubted: int


@dataclass(frozen=True, slots=True)
class Discarded:
    """A technician took a doubted letter for none of the customer's; it stays filed, and hidden.

    `reference` is that of the case which it has become instead, if any.
    """

    doubted: int
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """An e-mail, the entries from seq `first` `through` another, goes on in a case of its own.

    `reference` is that of the new case.
    """

    first: int
    through: int
    reference: str


@dataclass(frozen=True, slots=True)
class Escalated:
    """The reply promised by `reply_by` (ms) is nearly due, or late; for technicians only."""

    level: EscalationLevel
    reply_by: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """The words of the events from seq `first` `through` another were removed from the log.

    Without `through` only those of the event `first` were.
    """

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
    | Mailed
    | Bounced
    | Automatic
    | Doubted
    | Escalated
    | Admitted
    | Discarded
    | Split
    | Redacted
)


def _kind(fact: type[Fact]) -> str:
    """Return the class's name as stored and sent: `Transferred` is `transferred`.

    A capital inside the name becomes `_`.
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", fact.__name__).lower()


KINDS: dict[str, type[Fact]] = {_kind(fact): fact for fact in get_args(Fact)}
"""All kinds of events, by the names under which they are stored: a class keeps its name."""

KIND_OF: dict[type[Fact], str] = {fact: kind for kind, fact in KINDS.items()}

INTERNAL: frozenset[type[Fact]] = frozenset(
    {Note, Offered, Declined, Automatic, Doubted, Admitted, Discarded, Escalated}
)
"""Kinds of events that are never shown to a customer."""

INTERNAL_FIELDS = frozenset({"why", "priority"})
"""Fields of other kinds that are never shown to a customer and are not part of a proof."""

SHOWN_FIELDS: dict[type[Fact], frozenset[str]] = {
    Opened: frozenset(
        {
            *("customer", "reference", "topic", "subject", "product", "language", "previous"),
            *("way", "follows"),
        }
    ),
    Promised: frozenset({"reply_by", "since", "half_at", "late_at", "instead_of"}),
    Kept: frozenset({"until"}),
    Message: frozenset({"text", "file", "attachment", "way", "mail", "quoted", "thread_index"}),
    Assigned: frozenset({"technician"}),
    Requeued: frozenset({"reason"}),
    Transferred: frozenset({"technician", "topic"}),
    Reminded: frozenset({"closes_at"}),
    Closed: frozenset({"by", "reason"}),
    Reopened: frozenset(),
    Rated: frozenset({"score", "comment"}),
    Mailed: frozenset({"mail", "to", "first", "through"}),
    Bounced: frozenset({"mail", "status", "through", "diagnostic"}),
    Split: frozenset({"first", "through", "reference"}),
    Redacted: frozenset({"first", "through"}),
}
"""The fields of each kind that a customer is sent; a field that is not listed is not sent."""


class EventJson(NamedTuple):
    """The author and the fact of an event, each as JSON."""

    author: str
    fact: str


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a conversation's log.

    `seq` counts from 1 without a gap, `at` is in ms since 1970 UTC, and `prev` is the seq of the
    last earlier event that is visible to the customer (0 at the start).
    """

    conversation: str
    seq: int
    at: int
    author: Author
    fact: Fact
    prev: int
    json: EventJson | None = field(default=None, init=False, repr=False, compare=False)
    """Author and fact as JSON, once something has encoded them: a message is stored and sent."""

    @property
    def kind(self) -> str:
        """The kind of the fact, as it is stored and sent."""
        return KIND_OF[type(self.fact)]

    @property
    def internal(self) -> bool:
        """True if the event is never shown to a customer."""
        return type(self.fact) in INTERNAL
