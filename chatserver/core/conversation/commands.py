"""The commands of a conversation: requests that `decide` turns into events or refuses."""

from dataclasses import dataclass

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import AutomaticLetter, Doubt, Message, RequeueReason
from chatserver.core.conversation.mail_origin import MailOrigin, Way
from chatserver.core.conversation.promise import EscalationLevel, Milestones
from chatserver.core.explanation import Explanation
from chatserver.core.people import Customer, Person, Technician


@dataclass(frozen=True, slots=True)
class Open:
    """A customer asks for help, optionally with a first message.

    With `reply_by` (ms since 1970 UTC) the customer leaves a message instead of waiting live;
    `milestones` are those of that promise.
    `language` is the customer's (BCP 47, without region), and `previous` is the id of the
    technician of their last conversation. A case that begins with an e-mail has a `way`, the
    `mail`, what it `quoted` and its `thread_index`; `follows` is the reference of the conversation
    that it continues.
    """

    conversation: str
    reference: str
    topic: str | None = None
    subject: str | None = None
    product: str | None = None
    text: str | None = None
    reply_by: int | None = None
    milestones: Milestones | None = None
    language: str | None = None
    previous: str | None = None
    way: Way | None = None
    mail: MailOrigin | None = None
    quoted: str | None = None
    thread_index: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """The customer continues a conversation that ended at `ended_since` or later.

    The desk does so where the last letter to the customer did not arrive.

    With `reply_by` the customer does not wait live; both are in ms since 1970 UTC. Words that came
    by e-mail have a `mail`, and may have a `thread_index`.
    """

    ended_since: int
    text: str | None = None
    reply_by: int | None = None
    milestones: Milestones | None = None
    mail: MailOrigin | None = None
    quoted: str | None = None
    thread_index: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """A participant sends a text, or the upload with the id `file`."""

    text: str | None = None
    file: str | None = None
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class ReceiveMail:
    """The customer's words or a file came by e-mail; `mail` is given with its first message.

    With `reply_by` (ms since 1970 UTC) an answer is promised, unless one is owed already.
    """

    text: str | None = None
    file: str | None = None
    attachment: Attachment | None = None
    mail: MailOrigin | None = None
    quoted: str | None = None
    thread_index: str | None = None
    reply_by: int | None = None
    milestones: Milestones | None = None


@dataclass(frozen=True, slots=True)
class RecordMailed:
    """The desk sent the technicians' words from seq `first` to `through` by e-mail."""

    mail: str
    to: str
    first: int
    through: int


@dataclass(frozen=True, slots=True)
class RecordBounce:
    """A mail server reported that a letter with the words up to `through` did not arrive."""

    mail: str
    status: str
    through: int
    diagnostic: str | None = None


@dataclass(frozen=True, slots=True)
class RecordAutomatic:
    """The desk records a letter that a program wrote."""

    what: AutomaticLetter
    subject: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RecordDoubted:
    """The desk records a letter that nothing proves to be the customer's."""

    sender: str
    doubt: Doubt
    subject: str | None = None
    text: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Admit:
    """A technician lets a doubted letter in: its `messages` become the customer's.

    An answer to them is promised as in `ReceiveMail`.
    """

    doubted: int
    messages: tuple[Message, ...]
    reply_by: int | None = None
    milestones: Milestones | None = None


@dataclass(frozen=True, slots=True)
class Discard:
    """A technician puts a doubted letter away; `reference` names the case it became instead."""

    doubted: int
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class SplitLetter:
    """A technician moves an e-mail on into a new case; the entries themselves stay."""

    first: int
    through: int
    reference: str


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """A waiting customer leaves the page; the place is reserved `until` (ms since 1970 UTC)."""

    until: int


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """A customer stops waiting and is promised an answer by `reply_by` (ms since 1970 UTC).

    The desk issues it for a customer who asked something and is gone: the connection is lost for
    longer than the grace, or the reserved place has expired.
    """

    reply_by: int
    milestones: Milestones | None = None


@dataclass(frozen=True, slots=True)
class PromiseReply:
    """The desk promises an answer by `reply_by` (ms since 1970 UTC) to words in a written case."""

    reply_by: int
    milestones: Milestones


@dataclass(frozen=True, slots=True)
class Escalate:
    """The desk escalates the promise that ends at `reply_by` (ms since 1970 UTC).

    With `new_reply_by` the customer is told that a broken promise is kept by then.
    """

    level: EscalationLevel
    reply_by: int
    new_reply_by: int | None = None
    milestones: Milestones | None = None


@dataclass(frozen=True, slots=True)
class AddNote:
    """A technician adds an internal note."""

    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """A participant or a supervisor ends the conversation."""


@dataclass(frozen=True, slots=True)
class Erase:
    """The customer or the desk removes all words; an open conversation is closed first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The customer rates the conversation with a `score` from 1 (bad) to 5 (good)."""

    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """A technician takes a customer from the queue by hand."""


@dataclass(frozen=True, slots=True)
class Assign:
    """The desk gives a waiting customer to a technician and records the explanation."""

    technician: Person
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The desk offers a waiting customer to a technician `until` a moment (ms since 1970 UTC)."""

    technician: Person
    until: int
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """A technician declines an offer; the desk issues it when the offer expires.

    With `withdrawn` the desk takes back an offer that has not expired.
    """

    technician: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Requeue:
    """The desk withdraws the conversation from `technician` (an id) and queues it again."""

    technician: str
    reason: RequeueReason


@dataclass(frozen=True, slots=True)
class Remind:
    """The desk reminds a silent customer.

    The conversation ends at `closes_at` (ms since 1970 UTC), or stays open if it is None.
    """

    closes_at: int | None


@dataclass(frozen=True, slots=True)
class EndSilent:
    """The desk ends a conversation without messages later than `since` (ms since 1970 UTC)."""

    since: int


@dataclass(frozen=True, slots=True)
class Abandon:
    """The desk closes the conversation of a waiting customer after a disconnect."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A technician hands the conversation over to exactly one of `technician` and `topic`."""

    technician: Person | None = None
    topic: str | None = None
    note: str | None = None


Command = (
    Open
    | Reopen
    | Send
    | ReceiveMail
    | RecordMailed
    | RecordBounce
    | RecordAutomatic
    | RecordDoubted
    | Admit
    | Discard
    | SplitLetter
    | KeepPlace
    | LeaveMessage
    | PromiseReply
    | Escalate
    | AddNote
    | Close
    | Erase
    | Rate
    | Accept
    | Assign
    | Offer
    | Decline
    | Requeue
    | Remind
    | EndSilent
    | Abandon
    | Transfer
)

Actor = Customer | Technician | None
"""The issuer of a command: a customer, a technician, or None for the desk itself."""
