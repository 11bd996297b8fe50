"""Escalates promised replies that are nearly due or late, and promises replies to further words."""

from dataclasses import dataclass, field
from typing import ClassVar

import structlog

from chatserver.core.conversation.commands import Command, Escalate, PromiseReply
from chatserver.core.conversation.events import Bounced, Closed, Promised, Reopened
from chatserver.core.conversation.promise import EscalationLevel, first_owed
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.errors import Refused, Unavailable
from chatserver.core.notifications import Committed, Notification
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.follower import Follower
from chatserver.services.site import SiteSettings

LOOK_EVERY_MS = 15_000
"""ms between two looks at the open promises; earlier where one is due earlier."""

LIVE_MS = 60_000
"""ms in which words in the chat may be answered before a reply is promised to them."""

RETRY_MS = 1_000
"""ms until a write that the disk refused is tried again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("promises")


@dataclass(slots=True)
class PromiseWatcher:
    """Looks at every open conversation to which a reply was ever promised.

    All that it knows is in the log: a server that is killed goes on after its restart, and repeats
    no escalation. `clock` is in ms since 1970 UTC, as promises are. With `renews` the customer is
    told a new time when a promise was not kept.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset({Promised, Bounced, Reopened, Closed})

    conversations: Conversations
    site: SiteSettings
    clock: Clock
    renews: bool
    follower: Follower = field(init=False)
    _watched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.follower = Follower("promises", self.look)

    def start(self) -> None:
        """Load the conversations that were open when the server last stopped."""
        for record in self.conversations.open_records():
            self._track(record.conversation)

    def observe(self, news: Notification) -> None:
        """Take over a new promise, and forget a conversation that was closed."""
        if isinstance(news, Committed):
            self._track(news.after)
            self.follower.wake()

    def count_late(self) -> int:
        """Return the number of open promises that were escalated."""
        states = (self._state(each) for each in self._watched)
        return sum(state is not None and state.escalation is not None for state in states)

    async def look(self) -> float | None:
        """Escalate and promise what is due; return the seconds until the next look, or None."""
        is_done = True
        for conversation in tuple(self._watched):
            command = self._due(conversation, self.clock())
            if command is not None:
                is_done &= await self._handle(conversation, command)
        if not self._watched:
            return None
        return (self._pause_ms() if is_done else RETRY_MS) / 1_000

    def _track(self, state: Conversation) -> None:
        if state.is_open and state.promises:
            self._watched.add(state.id)
        else:
            self._watched.discard(state.id)

    def _state(self, conversation: str) -> Conversation | None:
        record = self.conversations.find_open(conversation)
        return record.conversation if record else None

    def _due(self, conversation: str, now: int) -> Command | None:
        """Return the command that is due in a conversation, if any."""
        state = self._state(conversation)
        if state is None:
            return None
        owed = first_owed(state.promises)
        level = owed.level_at(now) if owed else None
        if owed is not None and level is not None and owed.may_become(level):
            return self._escalate(level, owed.reply_by, state.topic, now)
        asked_at = _to_promise_from(state)
        if asked_at is None or now < asked_at + LIVE_MS:
            return None
        # After a long outage the time from the words on may be over: no promise begins broken.
        since = asked_at if self.site.reply_by(asked_at, state.topic) > now else now
        return PromiseReply(
            self.site.reply_by(since, state.topic), self.site.milestones(since, state.topic)
        )

    def _escalate(
        self, level: EscalationLevel, reply_by: int, topic: str | None, now: int
    ) -> Escalate:
        if level is EscalationLevel.LATE or not self.renews:
            return Escalate(level, reply_by)
        renewed = self.site.reply_by(now, topic)
        return Escalate(level, reply_by, renewed, self.site.milestones(now, topic))

    def _pause_ms(self) -> int:
        """Return the ms until the next escalation, at most LOOK_EVERY_MS."""
        now, soonest = self.clock(), LOOK_EVERY_MS
        for conversation in self._watched:
            state = self._state(conversation)
            owed = first_owed(state.promises) if state else None
            due = owed.next_level_at() if owed else None
            if due is not None:
                soonest = min(soonest, max(0, due - now))
        return soonest

    async def _handle(self, conversation: str, command: Command) -> bool:
        """Run a command of the desk; return False if it must be tried again."""
        try:
            await self.conversations.handle(conversation, command, None)
        except Unavailable as error:
            _log.warning("the desk cannot write", conversation=conversation, code=error.code)
            return False
        except Refused:
            # An answer, or the end of the conversation, was committed in the same moment.
            return True
        if isinstance(command, Escalate):
            _log.info("promise escalated", conversation=conversation, level=command.level)
        return True


def _to_promise_from(state: Conversation) -> int | None:
    """Return the time of words to which no reply is promised yet (ms), or None."""
    # Who waits live is next; a promise would put them behind all others.
    waits_live = state.status is ConversationStatus.WAITING and state.reply_by is None
    return None if waits_live else state.asked_at
