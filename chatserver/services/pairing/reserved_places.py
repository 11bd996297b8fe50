"""Reserved places: a customer that left the page is called by e-mail when nearly next.

The conversation of a customer who does not come back in time becomes a left message, for which an
answer is promised.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import structlog

from chatserver.core.conversation.events import Assigned, Closed, Kept, Promised
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.errors import Refused, Unavailable
from chatserver.core.notifications import (
    Committed,
    Notification,
    QueuePositionChanged,
    ReservedCustomerLeft,
)
from chatserver.core.pairing.timers import Timers
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.mail.requests import MailRequests
from chatserver.services.pairing.dispatcher import Dispatcher
from chatserver.services.wakeup import Wakeup

RETRY_MS = 5_000
"""ms until a write that the disk refused is tried again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("reserved places")


@dataclass(slots=True)
class ReservedPlaces:
    """One task, woken by events that concern reserved places and by their timers.

    An absent customer is called at position `call_at` or before. A place ends by `steady_clock`
    (ms), which never goes back, so that a wall clock that is set makes no place shorter or longer;
    `wall_clock` (ms since 1970 UTC) is read once, to compute the rest of a place from the log.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset(
        {ReservedCustomerLeft, QueuePositionChanged, Kept, Promised, Assigned, Closed}
    )

    conversations: Conversations
    dispatcher: Dispatcher
    mail_requests: MailRequests
    steady_clock: Clock
    wall_clock: Clock
    call_at: int
    reserved_for_ms: int
    _until: dict[str, int] = field(default_factory=dict)
    """The end of each place in ms since 1970 UTC, as the log has it."""
    _ends_at: dict[str, int] = field(default_factory=dict)
    """The end of each place in ms of `steady_clock`."""
    _absent: dict[str, str] = field(default_factory=dict)
    _called: set[str] = field(default_factory=set)
    _alarms: Timers = field(default_factory=Timers)
    wakeup: Wakeup = field(default_factory=Wakeup)

    def start(self) -> None:
        """Load the places that were reserved when the server last stopped."""
        for record in self.conversations.open_records():
            self._track(record.conversation)

    def observe(self, news: Notification) -> None:
        """Take over a reserved place, its customer's leaving, or a new position."""
        match news:
            case Committed():
                self._track(news.after)
            case ReservedCustomerLeft():
                for conversation in self.conversations.open_ids_of_customer(news.customer):
                    if conversation in self._until:
                        self._absent[conversation] = news.customer
                        # The place may have ended while the customer was on the page.
                        self._alarms.set(self._ends_at[conversation], conversation)
                self.wakeup.set()
            case QueuePositionChanged() if news.conversation in self._absent:
                self.wakeup.set()

    async def run(self) -> None:
        """Call customers that are nearly next, and give up expired places, until cancelled."""
        while True:
            await self.wakeup.wait_until(self.next_deadline(), self.steady_clock())
            await self.act_on_due()

    def next_deadline(self) -> int | None:
        """Return the next moment (ms) at which a place may end, or None."""
        return self._alarms.next_due()

    async def act_on_due(self) -> None:
        """Call the customers whose turn is near, and give up the places that have expired."""
        for conversation, customer in list(self._absent.items()):
            if self.dispatcher.customer_presence.is_connected(customer):
                del self._absent[conversation]
            elif self._is_nearly_next(conversation):
                await self._call(conversation, customer)
        for conversation in self._alarms.pop_due(self.steady_clock()):
            await self._expire(conversation)

    def _track(self, state: Conversation) -> None:
        until = state.place_until if state.status is ConversationStatus.WAITING else None
        if until is None:
            self._untrack(state.id)
        elif self._until.get(state.id) != until:
            self._until[state.id] = until
            left_ms = min(max(0, until - self.wall_clock()), self.reserved_for_ms)
            self._ends_at[state.id] = self.steady_clock() + left_ms
            self._alarms.set(self._ends_at[state.id], state.id)
            self.wakeup.set()

    def _untrack(self, conversation: str) -> None:
        if self._until.pop(conversation, None) is not None:
            self._alarms.forget(conversation)
        self._ends_at.pop(conversation, None)
        self._absent.pop(conversation, None)
        self._called.discard(conversation)

    def _is_nearly_next(self, conversation: str) -> bool:
        position = self.dispatcher.queue_position(conversation)
        if position is None or conversation in self._called:
            return False
        return position.position <= self.call_at

    async def _call(self, conversation: str, customer: str) -> None:
        self._called.add(conversation)
        try:
            await self.mail_requests.announce_turn(customer, conversation)
        except (Refused, Unavailable) as error:
            _log.warning("cannot call", conversation=conversation, code=error.code)

    async def _expire(self, conversation: str) -> None:
        """Turn an expired place into a left message; a customer who is connected waits on."""
        record, ends = self.conversations.find_open(conversation), self._ends_at.get(conversation)
        if record is None or ends is None:
            return
        if ends > self.steady_clock():
            # The customer has reserved the place once more, for longer.
            self._alarms.set(ends, conversation)
            return
        if self.dispatcher.customer_presence.is_connected(record.conversation.customer.id):
            return
        try:
            command = self.dispatcher.leaving_command(conversation)
            await self.conversations.handle(conversation, command, None)
        except Unavailable as error:
            _log.warning("the desk cannot write", conversation=conversation, code=error.code)
            self._alarms.set(self.steady_clock() + RETRY_MS, conversation)
        except Refused:
            # They were served, or gave up, in the same moment.
            return
