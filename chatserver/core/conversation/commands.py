"""What can be asked of a conversation."""

from dataclasses import dataclass

from chatserver.core.conversation.attachment import Attachment
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.explanation import Explanation
from chatserver.core.people import Customer, Person, Technician


@dataclass(frozen=True, slots=True)
class Open:
    """A customer asks for help, perhaps with the first words.

    With `reply_by` (ms) it is a message that is left: nobody waits live for the answer.
    `language` (BCP 47, without region) is the customer's, `previous` the id of who helped them
    last.
    """

    conversation: str
    reference: str
    topic: str | None = None
    subject: str | None = None
    product: str | None = None
    text: str | None = None
    reply_by: int | None = None
    language: str | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    text: str | None = None
    file: str | None = None
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """A customer leaves the page while they wait; their place is kept until a moment (ms)."""

    until: int


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """A customer waits no longer; an answer is promised by `reply_by` (ms).

    The desk says it for those who do not come back to a place that was kept.
    """

    reply_by: int


@dataclass(frozen=True, slots=True)
class AddNote:
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    pass


@dataclass(frozen=True, slots=True)
class Erase:
    """The words of the whole conversation are removed; one that is open ends with them."""


@dataclass(frozen=True, slots=True)
class Rate:
    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """A technician takes a customer from the queue by hand."""


@dataclass(frozen=True, slots=True)
class Assign:
    """The desk gives a waiting customer to a technician, and remembers why."""

    technician: Person
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The desk asks a technician whether they take a waiting customer, until a moment (ms)."""

    technician: Person
    until: int
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """A technician does not take whom they were offered; the desk says it for who was silent."""

    technician: str


@dataclass(frozen=True, slots=True)
class Requeue:
    """The desk takes the conversation from `technician`, who is gone."""

    technician: str
    reason: RequeueReason


@dataclass(frozen=True, slots=True)
class Remind:
    """The desk asks a silent customer whether they are still there; else it ends at `closes_at`
    (ms), None for never."""

    closes_at: int | None


@dataclass(frozen=True, slots=True)
class EndSilent:
    """The desk ends a conversation in which nothing was said since a moment (ms)."""

    since: int


@dataclass(frozen=True, slots=True)
class Abandon:
    """The desk gives up on a waiting customer who is gone."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand over to exactly one of `technician` and `topic`."""

    technician: Person | None = None
    topic: str | None = None
    note: str | None = None


Command = (
    Open
    | Send
    | KeepPlace
    | LeaveMessage
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
"""Who asks: one of the people, or None for the desk itself."""
