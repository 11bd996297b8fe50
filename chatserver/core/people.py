"""Who takes part: customers, technicians and the desk itself."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """On which side of a conversation somebody is."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    SYSTEM = "system"


class Rank(StrEnum):
    """What a technician may do beyond their own conversations."""

    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def supervises(self) -> bool:
        """Whether every conversation may be read, closed and transferred."""
        return self is not Rank.TECHNICIAN


class TechnicianStatus(StrEnum):
    """What a technician chose to be."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class Level(StrEnum):
    """In which order technicians are asked; supervisors only take over by hand."""

    FIRST = "first"
    NORMAL = "normal"
    LAST = "last"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as others see them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who made an event: a person on one side, or the desk."""

    role: Role
    id: str
    name: str

    @property
    def person(self) -> Person:
        return Person(self.id, self.name)


DESK = Author(Role.SYSTEM, "desk", "")
"""The author of what nobody did by hand: pairing, requeueing, giving up."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: anonymous (`subject` is None) or known to the host page by `subject`.

    Those with a higher `priority` are served before others.
    """

    id: str
    name: str
    email: str | None = None
    locale: str | None = None
    subject: str | None = None
    priority: int = 0

    @property
    def author(self) -> Author:
        return Author(Role.CUSTOMER, self.id, self.name)

    @property
    def person(self) -> Person:
        return Person(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Technician:
    """A technician with the status they chose; `topics` empty means all of them, and so do
    `languages` (BCP 47, without region).

    Who is `gone` cannot sign in any more; what they said stays theirs.
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

    @property
    def author(self) -> Author:
        return Author(Role.TECHNICIAN, self.id, self.name)

    @property
    def person(self) -> Person:
        return Person(self.id, self.name)

    def serves(self, topic: str | None) -> bool:
        """Whether conversations of this topic may be given to them."""
        return topic is None or not self.topics or topic in self.topics

    def speaks(self, language: str | None) -> bool:
        """Whether they can talk to somebody in this language."""
        return language is None or not self.languages or language in self.languages


@dataclass(frozen=True, slots=True)
class Topic:
    """What a conversation is about, and who is asked."""

    id: str
    name: str
