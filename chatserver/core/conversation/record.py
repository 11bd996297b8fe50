"""A conversation as it is stored: its state, and how far each side has read it."""

from dataclasses import dataclass

from chatserver.core.conversation.state import Conversation


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """The newest seq that each side has read."""

    customer: int = 0
    technician: int = 0


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation and its read marks."""

    conversation: Conversation
    marks: ReadMarks
