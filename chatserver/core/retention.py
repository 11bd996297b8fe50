"""Retention of closed conversations, and legal holds that suspend their erasure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatserver.core.conversation.state import Conversation

DAY = 86_400_000
"""ms."""


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days closed conversations are kept, 0 for ever: in general, and by topic."""

    days: int = 0
    by_topic: Mapping[str, int] = field(default_factory=dict)

    def expires_at(self, state: Conversation) -> int | None:
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
