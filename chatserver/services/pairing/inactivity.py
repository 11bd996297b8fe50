"""Acts where nobody says anything: reminds, ends, and asks somebody else."""

import asyncio
from dataclasses import dataclass, field

import structlog

from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Refused, Unavailable
from chatserver.core.notifications import Committed, Notification, SiteChanged
from chatserver.core.pairing.inactivity import InactivityAction, next_action
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.pairing.timers import Timers
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations

RETRY = 5_000
"""ms until what the disk refused is tried again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("desk")


@dataclass(slots=True)
class InactivityWatcher:
    """One task, woken by what is committed and by the next moment at which silence counts.

    `clock` is in ms and never goes back; `calendar` is in ms since 1970 UTC. For `grace` (ms)
    after a start, or after other rules, nothing is held against anybody.
    """

    conversations: Conversations
    clock: Clock
    calendar: Clock
    grace_ms: int
    policy: PairingRules = field(default_factory=PairingRules)
    _due: dict[str, tuple[int, InactivityAction]] = field(default_factory=dict)
    _alarms: Timers = field(default_factory=Timers)
    _earliest: dict[str, int] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def decide(self, policy: PairingRules) -> None:
        """Judge silence by these rules from now on, in every open conversation."""
        self.policy = policy
        for record in self.conversations.opened():
            self._expect(record.conversation, self.calendar(), soonest=self.grace_ms)

    def observe(self, news: Notification) -> None:
        """Learn what was said, and what the administrator decided."""
        if isinstance(news, Committed):
            # It has just happened, whatever the calendar says by now.
            self._expect(news.after, news.after.touched_at)
        elif isinstance(news, SiteChanged) and news.site.pairing != self.policy:
            self.decide(news.site.pairing)

    async def run(self) -> None:
        """Remind, end and ask others, until cancelled."""
        while True:
            await self._next_moment()
            self._wake.clear()
            now = self.clock()
            for conversation in self._alarms.pop_due(now):
                self._earliest.pop(conversation, None)
                moment, expected = self._due.get(conversation, (None, None))
                if expected is None or moment is None:
                    continue
                if moment <= now:
                    await self._act(conversation, expected, now)
                else:
                    self._wake_at(moment, conversation)

    def _expect(self, state: Conversation, today: int, soonest: int = 0) -> None:
        expected = next_action(state, self.policy)
        if expected is None:
            self._due.pop(state.id, None)
            return
        now = self.clock()
        # Only how long it takes is believed of the calendar, which may be put forward and back.
        moment = now + max(soonest, expected.at - today)
        known = self._due.get(state.id)
        if known is not None and known[1] == expected:
            return
        self._due[state.id] = (moment, expected)
        self._wake_at(moment, state.id)
        self._wake.set()

    def _wake_at(self, moment: int, conversation: str) -> None:
        """One alarm for each conversation: each message puts the moment off, for hours or days."""
        known = self._earliest.get(conversation)
        if known is None or moment < known:
            self._earliest[conversation] = moment
            self._alarms.set(moment, conversation)

    async def _act(self, conversation: str, expected: InactivityAction, now: int) -> None:
        del self._due[conversation]
        try:
            await self.conversations.handle(conversation, expected.command, None)
        except Unavailable as error:
            _log.warning("the desk cannot write", conversation=conversation, code=error.code)
            self._due[conversation] = (now + RETRY, expected)
            self._wake_at(now + RETRY, conversation)
        except Refused:
            # Somebody wrote, or it ended, in the same moment.
            return

    async def _next_moment(self) -> None:
        moment = self._alarms.next_due()
        delay = None if moment is None else max(0, moment - self.clock()) / 1_000
        try:
            async with asyncio.timeout(delay):
                await self._wake.wait()
        except TimeoutError:
            return
