"""Notifications on the bus: committed events, and changes that are never stored."""

from dataclasses import dataclass

from chatserver.core.conversation.draft import Draft
from chatserver.core.conversation.events import Event
from chatserver.core.conversation.record import ReadMarks
from chatserver.core.conversation.state import Conversation
from chatserver.core.people import Author, Person, Technician, TechnicianStatus, Topic
from chatserver.core.site import Site


@dataclass(frozen=True, slots=True)
class Committed:
    """Events that were committed to disk, with the conversation before and after them."""

    events: tuple[Event, ...]
    before: Conversation | None
    after: Conversation
    marks: ReadMarks


@dataclass(frozen=True, slots=True)
class Typing:
    """A participant started (`on`) or stopped writing."""

    conversation: str
    author: Author
    on: bool


@dataclass(frozen=True, slots=True)
class ReadMarked:
    """One side has read everything up to `seq`."""

    conversation: str
    author: Author
    seq: int
    marks: ReadMarks


@dataclass(frozen=True, slots=True)
class TechnicianChanged:
    """A technician's visible status, load or capacity changed."""

    technician: Technician
    status: TechnicianStatus
    load: int


@dataclass(frozen=True, slots=True)
class AvailabilityChanged:
    """The availability of technicians changed.

    `available`: a technician has a free slot. `staffed`: a technician is online.
    `available_topics` are the ids of the topics in which a customer is given a technician at once.
    """

    available: bool
    staffed: bool
    available_topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePositionChanged:
    """The queue position of a waiting customer changed.

    `wait` is the expected wait in ms and `between` its likely range; both None while unknown.
    """

    conversation: str
    position: int
    wait: int | None
    between: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ReservedCustomerLeft:
    """A customer with a reserved place disconnected and did not return within the grace."""

    customer: str


@dataclass(frozen=True, slots=True)
class OffersMissed:
    """A technician missed too many offers in a row and was set to away."""

    technician: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A sign-in ended; live sessions under it are closed."""

    session: bytes


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """A technician changed a draft in `session`; their other sessions show it."""

    technician: str
    session: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class ViewingChanged:
    """A technician's session displays a conversation, or none if that is None."""

    session: str
    technician: Person
    conversation: str | None


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """The administrator changed the site's settings or topics."""

    site: Site
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class AccountRemoved:
    """An account of a technician or customer was removed; all sessions of it are closed.

    With `may_return` it was only closed for a moment, and its sessions come back.
    """

    person: str
    may_return: bool = False


@dataclass(frozen=True, slots=True)
class RankChanged:
    """A technician's rank changed; their sessions are closed and reconnect with the new one."""

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
