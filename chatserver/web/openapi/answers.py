"""The JSON shapes of responses; the tests check real responses against them.

Responses may gain fields: a client ignores fields it does not know.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chatserver.core.audit import AuditAction
from chatserver.core.conversation.events import RequeueReason
from chatserver.core.conversation.mail_origin import Way
from chatserver.core.conversation.record import ReadMarks
from chatserver.core.conversation.state import ConversationStatus, Last
from chatserver.core.errors import Code
from chatserver.core.pairing.rules import PairingRules, RuleBounds
from chatserver.core.people import Level, Person, Rank, Topic
from chatserver.core.site import Appearance, Reply, Schedule, SiteLimits, Targets
from chatserver.transcript.authenticity.proof import ProofResult


class Problem(BaseModel):
    """An error (RFC 9457) with the codes of the wire."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: Code
    retryable: bool
    field: str | None = None
    by: str | None = None
    retry_after: int | None = None


class EmptyObject(BaseModel):
    """An empty object: the request succeeded."""


class HealthShape(BaseModel):
    status: Literal["alive"]


class Ready(BaseModel):
    status: Literal["ready", "not ready"]
    troubles: list[str]
    warnings: list[str]


class SignedIn(BaseModel):
    id: str
    name: str
    role: Rank


class SignInShape(BaseModel):
    technician: SignedIn
    password_set: bool


class Link(BaseModel):
    """A URL that is valid until `valid_until` (ms since 1970 UTC)."""

    url: str
    valid_until: int


class SharedLink(Link):
    key: str


class Withdrawn(BaseModel):
    """The number of links that were withdrawn."""

    withdrawn: int


class Visitor(BaseModel):
    name: str


class SignInWays(BaseModel):
    mail: bool


class Confirming(BaseModel):
    email: str
    confirmed: bool


class QueuedLetter(BaseModel):
    email: str


class Label(BaseModel):
    """The customer's own label of a conversation; `archived_at` in ms since 1970 UTC."""

    title: str
    tags: list[str]
    archived_at: int | None


class OwnSummary(Label):
    """A conversation in the list of its customer; times in ms since 1970 UTC."""

    conversation: str
    reference: str
    status: ConversationStatus
    topic: str | None
    subject: str | None
    product: str | None
    customer: Person
    technician: Person | None
    opened_at: int
    closed_at: int | None
    reply_by: int | None
    place_until: int | None
    by_mail: bool
    way: Way | None
    requeued: RequeueReason | None
    seq: int
    read: ReadMarks
    last: Last | None
    question: str | None
    kept_until: int | None
    excerpt: str


class Mail(BaseModel):
    available: bool
    address: str | None


class OwnList(BaseModel):
    """A page of the archive; for `reopen` ms after its end a conversation can be continued."""

    name: str
    reopen: int
    mail: Mail
    conversations: list[OwnSummary]
    next: str | None
    topics: list[Topic]
    tags: list[str]
    first_at: int | None


class Continued(BaseModel):
    """A conversation that goes on; an answer is promised by `reply_by` (ms since 1970 UTC)."""

    conversation: str
    reference: str
    status: ConversationStatus
    reply_by: int
    seq: int
    at: int


class EventShape(BaseModel):
    """An event as on the wire; each kind has further fields."""

    model_config = ConfigDict(extra="allow")

    conversation: str
    seq: int
    prev: int
    at: int
    kind: str


class Events(BaseModel):
    events: list[EventShape]
    more: bool


class Archived(BaseModel):
    conversation: str
    reference: str
    link: str


class AuditActorShape(BaseModel):
    role: str
    id: str
    name: str


class AuditEntryShape(BaseModel):
    """An entry of the audit trail, at `at` (ms); `conversation` is null for all of a customer's."""

    at: int
    conversation: str | None
    deed: AuditAction
    how: str
    who: AuditActorShape


class AuditEntriesShape(BaseModel):
    entries: list[AuditEntryShape]


class Erased(BaseModel):
    reference: str
    entries: int
    files: int


class Receipt(BaseModel):
    customer: str
    at: int
    erased: list[Erased]
    held: list[str]
    receipt: str


class VerificationShape(BaseModel):
    name: str
    finding: ProofResult
    where: str | None
    key: str | None
    reference: str | None
    entries: int | None
    at: int | None


class Reports(BaseModel):
    reports: list[VerificationShape]


class File(BaseModel):
    """A stored file; `size` in bytes, `width` and `height` in pixels for pictures."""

    file: str
    name: str
    type: str
    size: int
    width: int | None
    height: int | None


class Holiday(BaseModel):
    day: date
    name: str


class PairingBounds(BaseModel):
    """The values that the pairing rules of the site and of a topic may have, by rule."""

    site: dict[str, RuleBounds]
    topic: dict[str, RuleBounds]


class SiteChoices(BaseModel):
    """The site settings, with revisions that a change sends back to detect conflicts."""

    widget: Appearance
    schedule: Schedule
    targets: Targets
    pairing: PairingRules
    pairing_bounds: PairingBounds
    limits: SiteLimits
    topic_hours: dict[str, Schedule]
    replies: list[Reply]
    topics: list[Topic]
    revisions: dict[str, str]
    holidays: list[Holiday]
    timezones: list[str]
    url: str | None
    allowed_origins: list[str]


class Region(BaseModel):
    id: str
    name: str


class Holidays(BaseModel):
    countries: list[str]
    regions: list[Region]
    days: list[Holiday]


class Terms(BaseModel):
    """A technician as administrators see them."""

    id: str
    login: str
    name: str
    role: Rank
    capacity: int
    topics: list[str]
    skills: list[str]
    languages: list[str]
    level: Level
    revision: str


class TechniciansShape(BaseModel):
    technicians: list[Terms]


class Hired(BaseModel):
    technician: Terms
    link: str | None


class SignInLink(BaseModel):
    link: str
