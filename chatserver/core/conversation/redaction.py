"""What is left of an event whose words are removed, and until when conversations are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chatserver.core.conversation.events import Event, Fact, Message, Note, Opened, Rated
from chatserver.core.conversation.state import Conversation
from chatserver.core.people import Role

DAY = 86_400_000
"""ms."""


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days closed conversations are kept, 0 for ever: in general, and by topic."""

    days: int = 0
    by_topic: Mapping[str, int] = field(default_factory=dict)

    def until(self, state: Conversation) -> int | None:
        """Until when (ms) one is kept; None while that is open, and for ever."""
        days = self.by_topic.get(state.topic or "", self.days)
        if state.closed_at is None or not days:
            return None
        return state.closed_at + days * DAY


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A conversation that must not be erased, for a `reason`, since a moment (ms)."""

    conversation: str
    reason: str
    at: int


def blanked(event: Event) -> Event:
    """The event without words, files and the customer's name: what happened, and when."""
    author = event.author
    if author.role is Role.CUSTOMER:
        author = replace(author, name="")
    return replace(event, author=author, fact=_blank(event.fact))


def _blank(fact: Fact) -> Fact:
    match fact:
        case Opened():
            nobody = replace(fact.customer, name="")
            return replace(fact, customer=nobody, subject=None, product=None)
        case Message():
            return Message()
        case Note():
            return Note(text="")
        case Rated():
            return replace(fact, comment=None)
        case _:
            return fact
