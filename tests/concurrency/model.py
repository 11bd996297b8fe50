"""The promises made to the world: recorded by the world itself, and compared with the server."""

from dataclasses import dataclass, field

from tests.concurrency.line import LiveSession


@dataclass(slots=True)
class Talk:
    """A conversation, with the words that were given to it and those that were acknowledged."""

    conversation: str
    customer: "Person"
    acknowledged: list[str] = field(default_factory=list)
    """The text of each message that was answered `ok`, in the order of the answers."""

    given: set[str] = field(default_factory=set)
    """Every word that was sent for it in any place, stored or not."""

    files: dict[str, str] = field(default_factory=dict)
    """The id of each file that was answered for, with a word of its content."""

    links: list[str] = field(default_factory=list)
    """The URL of each link to the conversation that is good."""

    withdrawals: int = 0
    """Withdrawals of its links that were asked for."""

    unanswered_withdrawals: int = 0
    """Withdrawals of its links that have not been answered yet."""

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
    doubtful: bool = False
    """An erasure of the customer was asked and its answer was lost."""

    @property
    def online(self) -> LiveSession | None:
        """The session, if there is one that has not ended."""
        return self.line if self.line is not None and not self.line.ended else None


@dataclass(slots=True)
class Backup:
    """A backup, with what was answered for each conversation before it began."""

    file: str
    acknowledged: dict[str, list[str]]
    files: dict[str, dict[str, str]]
    links: dict[str, list[str]]
    customers: list["Person"]


@dataclass(slots=True)
class Model:
    """All people and things that a world knows of."""

    customers: list[Person] = field(default_factory=list)
    technicians: list[Person] = field(default_factory=list)
    talks: dict[str, Talk] = field(default_factory=dict)
    withdrawing: set[str] = field(default_factory=set)
    """Links whose withdrawal was asked for, answered or not."""

    withdrawn: set[str] = field(default_factory=set)
    """The URLs of links that were withdrawn."""

    links_of_lost: set[str] = field(default_factory=set)
    """Promises about conversations that a restored backup does not know."""

    dismissed: list[str] = field(default_factory=list)
    """The API tokens of technicians who were dismissed."""

    backups: list[Backup] = field(default_factory=list)

    def gone(self) -> set[str]:
        """Return every word that must not be stored any more."""
        talks = (talk.given for talk in self.talks.values() if talk.erased)
        people = (person.given for person in self.customers if person.erased)
        return set().union(*talks, *people)
