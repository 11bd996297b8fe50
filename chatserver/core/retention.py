"""Retention of closed conversations, and legal holds that suspend their erasure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatserver.core.conversation.state import Conversation
from chatserver.core.durations import DAY_MS


@dataclass(frozen=True, slots=True)
class Retention:
    """The days for which closed conversations are kept, in general and by topic; 0 for ever."""

    days: int = 0
    by_topic: Mapping[str, int] = field(default_factory=dict)

    def expires_at(self, state: Conversation) -> int | None:
        """Return the end of the retention (ms since 1970 UTC); None if open or kept for ever."""
        days = self.by_topic.get(state.topic or "", self.days)
        if state.closed_at is None or not days:
            return None
        return state.closed_at + days * DAY_MS


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A conversation that must not be erased, with the reason; `at` in ms since 1970 UTC."""

    conversation: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class ErasureScope:
    """The numbers of what the erasure of a customer would remove, and of what is held."""

    conversations: int
    messages: int
    files: int
    sealed: int
    shares: int
    held: int
