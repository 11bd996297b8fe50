"""What sessions and services are told of: events that are on disk, and what is never stored."""

from dataclasses import dataclass

from chatserver.core.conversation import Conversation
from chatserver.core.events import Event
from chatserver.core.journal import Marks
from chatserver.core.people import Author, Status, Technician


@dataclass(frozen=True, slots=True)
class Committed:
    """Events that are on disk, with the conversation before and after them."""

    events: tuple[Event, ...]
    before: Conversation | None
    after: Conversation
    marks: Marks


@dataclass(frozen=True, slots=True)
class Typing:
    conversation: str
    author: Author
    on: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One side has read up to `seq`."""

    conversation: str
    author: Author
    seq: int
    marks: Marks


@dataclass(frozen=True, slots=True)
class TechnicianChanged:
    """A technician's visible status, load or capacity."""

    technician: Technician
    status: Status
    load: int


@dataclass(frozen=True, slots=True)
class AvailabilityChanged:
    """Whether a technician could take a conversation now."""

    available: bool


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """Where a waiting customer stands; `wait` in ms, None when unknown."""

    conversation: str
    position: int
    wait: int | None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A sign-in ended; its live sessions end with it."""

    session: bytes


News = (
    Committed | Typing | Seen | TechnicianChanged | AvailabilityChanged | PlaceChanged | SignedOut
)
