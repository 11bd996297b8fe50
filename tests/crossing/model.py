"""What the world was promised: kept by the world itself, and compared with the server."""

from dataclasses import dataclass, field

from tests.crossing.line import LiveSession


@dataclass(slots=True)
class Talk:
    """A conversation, with the words that were given to it and those that were acknowledged."""

    conversation: str
    customer: "Person"
    acknowledged: list[str] = field(default_factory=list)
    """The text of each message that was answered `ok`, in the order of the answers."""

    given: set[str] = field(default_factory=set)
    """Every word that was sent for it in any place, stored or not."""

    closed: bool = False
    erased: bool = False
    """An erasure was answered `ok`: from then on none of `given` may be stored anywhere."""

    doubtful: bool = False
    """An erasure was asked and its answer was lost."""


@dataclass(slots=True)
class Person:
    """A customer or technician, with the token that identifies them and their session."""

    name: str
    token: str | None = None
    line: LiveSession | None = None
    given: set[str] = field(default_factory=set)
    """Words that only belong to the person: name, page."""

    erased: bool = False

    @property
    def online(self) -> LiveSession | None:
        """The session, if there is one that has not ended."""
        return self.line if self.line is not None and not self.line.ended else None


@dataclass(slots=True)
class Backup:
    """A backup, with the messages of each conversation that were acknowledged before it began."""

    file: str
    acknowledged: dict[str, list[str]]
    links: set[str]


@dataclass(slots=True)
class Model:
    """Everybody and everything that a world knows of."""

    customers: list[Person] = field(default_factory=list)
    technicians: list[Person] = field(default_factory=list)
    talks: dict[str, Talk] = field(default_factory=dict)
    links: dict[str, bool] = field(default_factory=dict)
    """Path of each link to a transcript, and True once it was withdrawn."""

    backups: list[Backup] = field(default_factory=list)

    def gone(self) -> set[str]:
        """Return every word that must not be stored any more."""
        talks = (talk.given for talk in self.talks.values() if talk.erased)
        people = (person.given for person in self.customers if person.erased)
        return set().union(*talks, *people)
