"""Frames sent by clients, as pydantic models; they are validated here and nowhere else.

Requests carry an `id` and are answered; signals carry none and are not.
"""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chatserver.core.conversation.state import ConversationStatus
from chatserver.core.people import TechnicianStatus

Identifier = Annotated[str, Field(min_length=1, max_length=64)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1)]
Seq = Annotated[int, Field(ge=0, lt=1 << 53, strict=True)]
"""Integers below 2^53, which every JSON parser reads exactly (RFC 8259 §6)."""

Moment = Annotated[int, Field(ge=0, lt=1 << 53, strict=True)]
"""Ms since 1970 UTC."""

Attributes = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]],
    Field(max_length=20),
]


PageUrl = Annotated[str, Field(max_length=2_048)]
"""The address of the page that a customer visits."""


SystemVersion = Annotated[str, Field(max_length=80)]
"""Platform and version by User-Agent Client Hints, such as "Windows 15.0.0"."""


class Frame(BaseModel):
    """A frame from a client; unknown fields are ignored, so that clients may be newer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Hello(Frame):
    """The first frame of every session."""

    type: Literal["hello"]
    role: Literal["customer", "technician"]
    token: Annotated[str, Field(max_length=512)] | None = None
    identity: Annotated[str, Field(max_length=8_192)] | None = None
    name: Annotated[str, Field(max_length=200)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None
    locale: Annotated[str, Field(max_length=64)] | None = None
    page: PageUrl | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    attributes: Attributes | None = None
    system: SystemVersion | None = None
    epoch: Annotated[str, Field(max_length=64)] | None = None
    resume: Annotated[dict[Identifier, Seq], Field(max_length=1_000)] | None = None


class Request(Frame):
    """A frame that is answered; `id` is the idempotency key."""

    id: Identifier


class OpenRequest(Request):
    """A customer opens a conversation; `written` leaves a message instead of waiting live.

    `page` is where they ask, which may have changed since `hello`.
    """

    type: Literal["open"]
    topic: Line | None = None
    subject: Line | None = None
    product: Line | None = None
    text: str | None = None
    page: PageUrl | None = None
    written: bool = False


class ReopenRequest(Request):
    """A customer continues a closed conversation, as in `open`."""

    type: Literal["reopen"]
    conversation: Identifier
    text: str | None = None
    written: bool = False


class LeaveRequest(Request):
    """A customer stops waiting and leaves a message."""

    type: Literal["leave"]
    conversation: Identifier


class KeepRequest(Request):
    """A customer leaves the page with a reserved place in the queue."""

    type: Literal["keep"]
    conversation: Identifier
    email: Annotated[str, Field(max_length=320)] | None = None


class SearchRequest(Request):
    """A customer searches their own conversations."""

    type: Literal["search"]
    text: Annotated[str, Field(max_length=400)]
    limit: Annotated[int, Field(ge=1, le=100, strict=True)] = 20


class SendRequest(Request):
    """A message; `unmasked` asks to skip the masking of secrets."""

    type: Literal["send"]
    conversation: Identifier
    text: Text | None = None
    file: Identifier | None = None
    unmasked: bool = False


class CloseRequest(Request):
    """A participant ends a conversation."""

    type: Literal["close"]
    conversation: Identifier


class EraseRequest(Request):
    """A customer removes the words of a conversation for good."""

    type: Literal["erase"]
    conversation: Identifier


class RateRequest(Request):
    """A customer rates a conversation from 1 (bad) to 5 (good)."""

    type: Literal["rate"]
    conversation: Identifier
    score: Annotated[int, Field(ge=1, le=5, strict=True)]
    comment: str | None = None


class HistoryRequest(Request):
    """A page of a conversation: the events after a seq, or the newest before one."""

    type: Literal["history"]
    conversation: Identifier
    after: Seq | None = None
    before: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=200, strict=True)] = 50


class ProfileRequest(Request):
    """A customer changes name, e-mail address or locale (BCP 47), or the browser names the system.

    Browsers tell the system's version late; `hello` has it from then on.
    """

    type: Literal["profile"]
    name: Annotated[str, Field(max_length=200)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None
    locale: Annotated[str, Field(max_length=64)] | None = None
    system: SystemVersion | None = None


class PingRequest(Request):
    """A heartbeat: pages cannot see the pings of their WebSocket (RFC 6455 §5.5.2)."""

    type: Literal["ping"]


class ConfirmRequest(Request):
    """A customer asks for a confirmation code by e-mail, or enters it."""

    type: Literal["confirm"]
    email: Annotated[str, Field(max_length=320)] | None = None
    code: Annotated[str, Field(max_length=20)] | None = None


class MailRequest(Request):
    """A customer asks for a transcript by e-mail, or for a link to the archive without one."""

    type: Literal["mail"]
    conversation: Identifier | None = None
    format: Annotated[str, Field(max_length=16)] = "txt"
    timezone: Annotated[str, Field(max_length=64)] = "UTC"


class StatusRequest(Request):
    """A technician sets status and capacity."""

    type: Literal["status"]
    status: TechnicianStatus
    capacity: Annotated[int, Field(ge=1, le=1_000, strict=True)] | None = None


class AcceptRequest(Request):
    """A technician takes a waiting or offered customer."""

    type: Literal["accept"]
    conversation: Identifier


class DeclineRequest(Request):
    """A technician declines an offer."""

    type: Literal["decline"]
    conversation: Identifier


class NoteRequest(Request):
    """A technician adds an internal note."""

    type: Literal["note"]
    conversation: Identifier
    text: Text


class TransferRequest(Request):
    """A technician hands over to exactly one of `technician` and `topic`."""

    type: Literal["transfer"]
    conversation: Identifier
    technician: Identifier | None = None
    topic: Line | None = None
    note: Text | None = None


class AdmitRequest(Request):
    """A technician takes the doubted e-mail with this seq for the customer's words."""

    type: Literal["admit"]
    conversation: Identifier
    doubted: Seq


class DiscardRequest(Request):
    """A technician puts the doubted e-mail with this seq away."""

    type: Literal["discard"]
    conversation: Identifier
    doubted: Seq


class SplitRequest(Request):
    """A technician moves the e-mail that begins with the seq `first` into a case of its own."""

    type: Literal["split"]
    conversation: Identifier
    first: Seq


class WatchRequest(Request):
    """A supervisor subscribes to a conversation, from a seq on."""

    type: Literal["watch"]
    conversation: Identifier
    after: Seq | None = None


class UnwatchRequest(Request):
    """A supervisor ends a subscription."""

    type: Literal["unwatch"]
    conversation: Identifier


class ListRequest(Request):
    """A page of a technician's own or of all conversations.

    `abandoned` lists the closed ones that ended so.
    """

    type: Literal["list"]
    status: ConversationStatus | Literal["abandoned", "any"]
    whose: Literal["mine", "all"] = "mine"
    before: Annotated[str, Field(max_length=100)] | None = None
    text: Annotated[str, Field(max_length=400)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=200, strict=True)] = 50


class SimilarRequest(Request):
    """A technician asks for closed conversations that resemble this one."""

    type: Literal["similar"]
    conversation: Identifier


class SolvedRequest(Request):
    """A technician reads a closed conversation found by `similar`."""

    type: Literal["solved"]
    conversation: Identifier


class CustomerRequest(Request):
    """A technician asks for the customer's profile and visit."""

    type: Literal["customer"]
    conversation: Identifier


class DraftSignal(Frame):
    """A technician's unsent text, for their other devices."""

    type: Literal["draft"]
    conversation: Identifier
    text: Annotated[str, Field(max_length=16_000)]


class ViewingSignal(Frame):
    """The conversation that a technician's page displays, None for none."""

    type: Literal["viewing"]
    conversation: Identifier | None = None


class TypingSignal(Frame):
    """A participant started or stopped writing; not stored, and lost with the connection."""

    type: Literal["typing"]
    conversation: Identifier
    on: bool


class ReadSignal(Frame):
    """A participant has read everything up to `seq`; the mark never moves back."""

    type: Literal["read"]
    conversation: Identifier
    seq: Seq


FromCustomer = (
    OpenRequest
    | ReopenRequest
    | LeaveRequest
    | KeepRequest
    | SendRequest
    | CloseRequest
    | RateRequest
    | EraseRequest
    | HistoryRequest
    | SearchRequest
    | ProfileRequest
    | PingRequest
    | ConfirmRequest
    | MailRequest
)
FromTechnician = (
    StatusRequest
    | AcceptRequest
    | DeclineRequest
    | SendRequest
    | CloseRequest
    | HistoryRequest
    | NoteRequest
    | TransferRequest
    | AdmitRequest
    | DiscardRequest
    | SplitRequest
    | WatchRequest
    | UnwatchRequest
    | ListRequest
    | SimilarRequest
    | SolvedRequest
    | CustomerRequest
    | PingRequest
)
CustomerSignal = TypingSignal | ReadSignal
TechnicianSignal = TypingSignal | ReadSignal | DraftSignal | ViewingSignal
AnyRequest = FromCustomer | FromTechnician
Signal = CustomerSignal | TechnicianSignal


def _by_type(union: object) -> dict[str, type[AnyRequest | Signal]]:
    """Return the classes of a union by the values of their `type` fields."""
    return {get_args(each.model_fields["type"].annotation)[0]: each for each in get_args(union)}


HELLO: TypeAdapter[Hello] = TypeAdapter(Hello)
FRAMES = _by_type(AnyRequest | Signal)
SIGNALS = tuple(_by_type(Signal))
"""The types without an answer; a tuple, because a looked-up value may be unhashable."""

CUSTOMER_TYPES = frozenset(_by_type(FromCustomer | CustomerSignal))
TECHNICIAN_TYPES = frozenset(_by_type(FromTechnician | TechnicianSignal))
