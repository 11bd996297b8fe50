"""The participants: customers, technicians and the desk itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """A side of a conversation."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    SYSTEM = "system"


class Rank(StrEnum):
    """The permissions of a technician beyond their own conversations."""

    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def supervises(self) -> bool:
        """True if every conversation may be read, closed and transferred."""
        return self is not Rank.TECHNICIAN


class TechnicianStatus(StrEnum):
    """The status that a technician has chosen."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Level(StrEnum):
    """The order in which technicians get customers; BY_HAND gets none by pairing."""

    FIRST = "first"
    NORMAL = "normal"
    LAST = "last"
    BY_HAND = "supervisor"


@dataclass(frozen=True, slots=True)
class Person:
    """The public part of a participant: id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Author:
    """The author of an event: a participant, or the desk."""

    role: Role
    id: str
    name: str

    @property
    def person(self) -> Person:
        """The author as a participant."""
        return Person(self.id, self.name)


DESK = Author(Role.SYSTEM, "desk", "")
"""The author of automatic events: pairing, requeueing, timeouts."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: anonymous (`subject` is None) or known to the host page by `subject`.

    Customers with a higher `priority` are served first. `locale` is a BCP 47 tag.
    """

    id: str
    name: str
    email: str | None = None
    locale: str | None = None
    subject: str | None = None
    priority: int = 0
    author: Author = field(init=False, repr=False, compare=False)
    """The author of this person's events, made once and not for each message."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "author", Author(Role.CUSTOMER, self.id, self.name))

    @property
    def person(self) -> Person:
        """The public part of the account."""
        return Person(self.id, self.name)


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A customer's visit, as reported by the browser; `at` is in ms since 1970 UTC.

    `page` is a URL, `agent` the User-Agent header, `locale` BCP 47, `timezone` an IANA name.
    `system` is platform and version by the browser's client hints, such as "Windows 15.0.0".
    """

    at: int
    page: str | None = None
    agent: str | None = None
    locale: str | None = None
    timezone: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Technician:
    """A technician's account with the chosen status.

    `capacity` is the largest number of conversations at once. Empty `topics` stand for all
    topics, and empty `languages` (BCP 47, without region) for all languages. An account that is
    `gone` cannot sign in any more, but stays the author of its messages.
    """

    id: str
    login: str
    name: str
    rank: Rank
    status: TechnicianStatus
    capacity: int
    topics: frozenset[str] = frozenset()
    gone: bool = False
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    level: Level = Level.NORMAL
    author: Author = field(init=False, repr=False, compare=False)
    """The author of this person's events, made once and not for each message."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "author", Author(Role.TECHNICIAN, self.id, self.name))

    @classmethod
    def without_account(cls, person: Person) -> "Technician":
        """Return a technician of another site, named by a conversation that was imported."""
        return cls(
            person.id,
            login="",
            name=person.name,
            rank=Rank.TECHNICIAN,
            status=TechnicianStatus.OFFLINE,
            capacity=0,
            gone=True,
        )

    @property
    def person(self) -> Person:
        """The public part of the account."""
        return Person(self.id, self.name)

    def serves(self, topic: str | None) -> bool:
        """Return True if conversations of this topic may be given to them; None is no topic."""
        return topic is None or not self.topics or topic in self.topics

    def speaks(self, language: str | None) -> bool:
        """Return True if they speak this language (BCP 47, without region); None is any."""
        return language is None or not self.languages or language in self.languages


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that customers choose and technicians serve."""

    id: str
    name: str
