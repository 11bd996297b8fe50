"""Appending to the log of a conversation once for each request, and reading pages of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation

Answer = Mapping[str, object]
"""The fields of an `ok`, stored with its request so that a repetition gets the same answer."""


class RequestKey(NamedTuple):
    """The idempotency key that a client chose, and a digest of what it asked for under it.

    The digest tells a repetition from another request under an id that was used before.
    """

    id: str
    digest: int = 0


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A request with its answer, stored in the transaction of what it changes beside the log."""

    author: str
    key: RequestKey
    answer: Answer


@dataclass(frozen=True, slots=True)
class Append:
    """The events of one decision, to be stored atomically, with the state that they lead to.

    `request` is the idempotency key, or None for a decision of the desk itself.
    """

    events: tuple[Event, ...]
    after: Conversation
    request: RequestKey | None = None
    answer: Answer | None = None


class DuplicateRequest(Exception):
    """The request was answered before; `answer` is the stored answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class SeqConflict(Exception):
    """The log has grown since the decision was made: load the state and decide again."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of a log: the events after a seq upwards, or the newest ones before a seq."""

    after: int | None = None
    before: int | None = None
    limit: int = 200
