"""What sessions and services are told of: events that are on disk, and what is never stored."""

from dataclasses import dataclass

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation
from chatserver.core.log_types import Draft, ReadMarks
from chatserver.core.people import Author, Person, Technician, TechnicianStatus, Topic
from chatserver.core.site import Site


@dataclass(frozen=True, slots=True)
class Committed:
    """Events that are on disk, with the conversation before and after them."""

    events: tuple[Event, ...]
    before: Conversation | None
    after: Conversation
    marks: ReadMarks


@dataclass(frozen=True, slots=True)
class Typing:
    conversation: str
    author: Author
    on: bool


@dataclass(frozen=True, slots=True)
class ReadMarked:
    """One side has read up to `seq`."""

    conversation: str
    author: Author
    seq: int
    marks: ReadMarks


@dataclass(frozen=True, slots=True)
class TechnicianChanged:
    """A technician's visible status, load or capacity."""

    technician: Technician
    status: TechnicianStatus
    load: int


@dataclass(frozen=True, slots=True)
class AvailabilityChanged:
    """Whether a technician could take a conversation now, and whether anybody is at work."""

    available: bool
    staffed: bool


@dataclass(frozen=True, slots=True)
class QueuePositionChanged:
    """Where a waiting customer stands; `wait` is likely, and lies mostly `between` (ms); None
    when unknown."""

    conversation: str
    position: int
    wait: int | None
    between: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ReservedCustomerLeft:
    """A customer whose place is kept has left, and was not back within the grace."""

    customer: str


@dataclass(frozen=True, slots=True)
class OffersMissed:
    """A technician let so many offers pass that they were set to away."""

    technician: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A sign-in ended; its live sessions end with it."""

    session: bytes


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """A technician wrote on in `session`; their other sessions show it."""

    technician: str
    session: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class ViewingChanged:
    """A technician's session looks at a conversation; None is none any more."""

    session: str
    technician: Person
    conversation: str | None


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """The administrator chose something else."""

    site: Site
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class AccountRemoved:
    """A technician is gone, or a customer was erased; all their sessions end."""

    person: str


@dataclass(frozen=True, slots=True)
class RankChanged:
    """A technician may do more or less than before; their sessions begin again with it."""

    technician: str


Notification = (
    SiteChanged
    | AccountRemoved
    | RankChanged
    | Committed
    | Typing
    | ReadMarked
    | TechnicianChanged
    | AvailabilityChanged
    | QueuePositionChanged
    | ReservedCustomerLeft
    | OffersMissed
    | SignedOut
    | DraftChanged
    | ViewingChanged
)
