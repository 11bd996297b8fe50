"""Reminds a silent customer, ends a silent conversation, requeues one that is not answered."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar

import structlog

from chatserver.core.conversation.events import Assigned, Closed, Reminded, Reopened, Requeued
from chatserver.core.conversation.state import Conversation, ConversationStatus, Last
from chatserver.core.errors import Refused, Unavailable
from chatserver.core.notifications import Committed, Notification, SiteChanged
from chatserver.core.pairing.inactivity import InactivityAction, next_action, shortest_silence
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.timers import Timers
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.wakeup import Wakeup

RETRY_MS = 5_000
"""ms until a command that the disk refused is tried again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("inactivity")


MIN_CHECK_INTERVAL_MS = 100
"""Minimum ms between checks of one conversation, also where the rules have shorter periods."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment (ms of a clock that never goes back) and the action that is due then.

    `last` is the newest message that it was computed from.
    """

    at: int
    action: InactivityAction
    last: Last | None


@dataclass(slots=True)
class InactivityWatcher:
    """Acts in conversations in which nothing is written. One task, woken by timers.

    It does not listen to messages: no deadline ends sooner than the shortest period of the rules
    after the newest message. So each active conversation is checked once per shortest period, and
    only then is the time of its newest message read: by default once in 30 minutes, in which a
    conversation may have had dozens of messages.

    `steady_clock` is in ms and never goes back; `wall_clock` is in ms since 1970 UTC.
    `last_message_at` returns the time of a conversation's newest message by `steady_clock`. For
    `grace_ms` after a start, or after a change of the rules, nothing is done.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset(
        {SiteChanged, Assigned, Requeued, Reminded, Closed, Reopened}
    )

    conversations: Conversations
    last_message_at: Callable[[str], int | None]
    steady_clock: Clock
    wall_clock: Clock
    grace_ms: int
    rules: PairingRules = field(default_factory=PairingRules)
    _due: dict[str, Deadline] = field(default_factory=dict)
    _alarms: Timers = field(default_factory=Timers)
    _earliest: dict[str, int] = field(default_factory=dict)
    wakeup: Wakeup = field(default_factory=Wakeup)

    def use_rules(self, rules: PairingRules) -> None:
        """Judge silence by these rules from now on, in every open conversation."""
        self.rules = rules
        for record in self.conversations.open_records():
            # A wall clock that was set back since the last event adds no time: of the period that
            # began then, no more than all of it is left.
            wall_now = max(self.wall_clock(), record.conversation.touched_at)
            self._schedule(record.conversation, wall_now, soonest_ms=self.grace_ms)

    def observe(self, news: Notification) -> None:
        """Start or end periods of silence after an event; take over changed rules."""
        if isinstance(news, Committed):
            # The event's own time counts: the wall clock may have been set since.
            self._schedule(news.after, news.after.touched_at)
        elif isinstance(news, SiteChanged) and news.site.pairing != self.rules:
            self.use_rules(news.site.pairing)

    async def run(self) -> None:
        """Remind, end and requeue, until cancelled."""
        while True:
            await self.wakeup.wait_until(self.next_deadline(), self.steady_clock())
            await self.act_on_due()

    def next_deadline(self) -> int | None:
        """Return the next moment (ms) at which a conversation is checked, or None."""
        return self._alarms.next_due()

    async def act_on_due(self) -> None:
        """Check the conversations whose timers are due, and remind, end or requeue them."""
        now = self.steady_clock()
        for conversation in self._alarms.pop_due(now):
            self._earliest.pop(conversation, None)
            await self._check(conversation, now)

    def _schedule(self, state: Conversation, wall_now: int, soonest_ms: int = 0) -> None:
        """Compute a deadline, not before `soonest_ms` from now.

        Of the wall clock only the length of the period is used: it may be put forward and back.
        """
        expected, now = next_action(state, self.rules), self.steady_clock()
        if expected is None:
            self._due.pop(state.id, None)
        elif self._valid_deadline(state, expected) is None:
            moment = now + max(soonest_ms, expected.at - wall_now)
            self._due[state.id] = Deadline(moment, expected, state.last)
        if not state.is_open:
            self._earliest.pop(state.id, None)
            self._alarms.forget(state.id)
        self._schedule_check(state, now)

    async def _check(self, conversation: str, now: int) -> None:
        record = self.conversations.find_open(conversation)
        if record is None:
            self._due.pop(conversation, None)
            return
        state = record.conversation
        deadline = self._deadline(state, now)
        if deadline is not None and deadline.at <= now:
            await self._run_action(conversation, deadline, now)
        self._schedule_check(state, now)

    def _deadline(self, state: Conversation, now: int) -> Deadline | None:
        """Return the deadline of a conversation, computed anew after a message."""
        expected = next_action(state, self.rules)
        if expected is None:
            self._due.pop(state.id, None)
            return None
        known = self._valid_deadline(state, expected)
        if known is not None:
            return known
        heard_at = self.last_message_at(state.id)
        since = state.last.at if state.last else state.touched_at
        moment = (now if heard_at is None else heard_at) + expected.at - since
        deadline = self._due[state.id] = Deadline(moment, expected, state.last)
        return deadline

    def _valid_deadline(self, state: Conversation, expected: InactivityAction) -> Deadline | None:
        """Return the deadline that was computed before, if it still holds."""
        known = self._due.get(state.id)
        if known is None or known.action != expected:
            return None
        # Messages are compared by identity: after the wall clock was put back, many have the
        # same time. A period from the assignment is not prolonged by a customer's message.
        return known if known.last is state.last or not state.replied else None

    def _schedule_check(self, state: Conversation, now: int) -> None:
        """Set the timer of an active conversation; each has one at most."""
        period = shortest_silence(self.rules)
        if period is None or state.status is not ConversationStatus.ACTIVE:
            return
        moment = now + max(period, MIN_CHECK_INTERVAL_MS)
        deadline = self._due.get(state.id)
        self._set_alarm(moment if deadline is None else min(moment, deadline.at), state.id)

    def _set_alarm(self, moment: int, conversation: str) -> None:
        known = self._earliest.get(conversation)
        if known is None or moment < known:
            self._earliest[conversation] = moment
            self._alarms.set(moment, conversation)
            self.wakeup.set()

    async def _run_action(self, conversation: str, deadline: Deadline, now: int) -> None:
        self._due.pop(conversation, None)
        try:
            await self.conversations.handle(conversation, deadline.action.command, None)
        except Unavailable as error:
            _log.warning("the desk cannot write", conversation=conversation, code=error.code)
            self._due[conversation] = replace(deadline, at=now + RETRY_MS)
        except Refused:
            # A message, or the end of the conversation, was committed in the same moment.
            return
