"""Frames that clients send, checked by pydantic where they enter; nowhere else.

Requests carry an `id` and are answered; signals carry none and are not.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from chatserver.core.people import Status

Identifier = Annotated[str, Field(min_length=1, max_length=64)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1)]
Seq = Annotated[int, Field(ge=0, strict=True)]


class Frame(BaseModel):
    """What a client may send; unknown fields are ignored, so that clients may be newer."""

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
    page: Annotated[str, Field(max_length=2_048)] | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    epoch: Annotated[str, Field(max_length=64)] | None = None
    resume: Annotated[dict[str, Seq], Field(max_length=1_000)] | None = None


class Request(Frame):
    """A frame that is answered; `id` is its idempotency key."""

    id: Identifier


class OpenRequest(Request):
    type: Literal["open"]
    topic: Line | None = None
    subject: Line | None = None
    product: Line | None = None
    text: str | None = None


class SendRequest(Request):
    type: Literal["send"]
    conversation: Identifier
    text: Text | None = None
    file: Identifier | None = None


class CloseRequest(Request):
    type: Literal["close"]
    conversation: Identifier


class RateRequest(Request):
    type: Literal["rate"]
    conversation: Identifier
    score: Annotated[int, Field(ge=1, le=5, strict=True)]
    comment: str | None = None


class HistoryRequest(Request):
    type: Literal["history"]
    conversation: Identifier
    after: Seq | None = None
    before: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=200, strict=True)] = 50


class ProfileRequest(Request):
    type: Literal["profile"]
    name: Annotated[str, Field(max_length=200)] | None = None
    email: Annotated[str, Field(max_length=320)] | None = None
    locale: Annotated[str, Field(max_length=64)] | None = None


class StatusRequest(Request):
    type: Literal["status"]
    status: Status
    capacity: Annotated[int, Field(ge=1, le=1_000, strict=True)] | None = None


class AcceptRequest(Request):
    type: Literal["accept"]
    conversation: Identifier


class NoteRequest(Request):
    type: Literal["note"]
    conversation: Identifier
    text: Text


class TransferRequest(Request):
    type: Literal["transfer"]
    conversation: Identifier
    technician: Identifier | None = None
    topic: Line | None = None
    note: Text | None = None


class WatchRequest(Request):
    type: Literal["watch"]
    conversation: Identifier
    after: Seq | None = None


class UnwatchRequest(Request):
    type: Literal["unwatch"]
    conversation: Identifier


class TypingSignal(Frame):
    """Somebody writes, or has stopped; lost when the connection is."""

    type: Literal["typing"]
    conversation: Identifier
    on: bool


class ReadSignal(Frame):
    """Everything up to `seq` was seen; never moves back."""

    type: Literal["read"]
    conversation: Identifier
    seq: Seq


CustomerRequest = (
    OpenRequest | SendRequest | CloseRequest | RateRequest | HistoryRequest | ProfileRequest
)
TechnicianRequest = (
    StatusRequest
    | AcceptRequest
    | SendRequest
    | CloseRequest
    | HistoryRequest
    | NoteRequest
    | TransferRequest
    | WatchRequest
    | UnwatchRequest
)
AnyRequest = CustomerRequest | TechnicianRequest
Signal = TypingSignal | ReadSignal

HELLO: TypeAdapter[Hello] = TypeAdapter(Hello)
FRAMES: dict[str, type[AnyRequest | Signal]] = {
    "open": OpenRequest,
    "send": SendRequest,
    "close": CloseRequest,
    "rate": RateRequest,
    "history": HistoryRequest,
    "profile": ProfileRequest,
    "status": StatusRequest,
    "accept": AcceptRequest,
    "note": NoteRequest,
    "transfer": TransferRequest,
    "watch": WatchRequest,
    "unwatch": UnwatchRequest,
    "typing": TypingSignal,
    "read": ReadSignal,
}
CUSTOMER_TYPES = frozenset(
    {"open", "send", "close", "rate", "history", "profile", "typing", "read"}
)
TECHNICIAN_TYPES = frozenset(
    {
        "status",
        "accept",
        "send",
        "close",
        "history",
        "note",
        "transfer",
        "watch",
        "unwatch",
        "typing",
        "read",
    }
)
