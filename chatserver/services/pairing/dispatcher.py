"""The dispatcher: keeps the router up to date and carries out its pairings."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar

import structlog

from chatserver.core.conversation.commands import (
    Abandon,
    Assign,
    Command,
    Decline,
    LeaveMessage,
    Offer,
    Requeue,
)
from chatserver.core.conversation.events import (
    Assigned,
    Bounced,
    Closed,
    Declined,
    DeclineReason,
    Escalated,
    Kept,
    Mailed,
    Message,
    Offered,
    Opened,
    Promised,
    Redacted,
    Reopened,
    Requeued,
    RequeueReason,
    Transferred,
)
from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.errors import Code, Refused, Unavailable
from chatserver.core.notifications import (
    AvailabilityChanged,
    Committed,
    Notification,
    OffersMissed,
    QueuePositionChanged,
    RankChanged,
    ReservedCustomerLeft,
    SiteChanged,
    TechnicianChanged,
)
from chatserver.core.pairing.router import Pairing, Router
from chatserver.core.pairing.rules import PairingRules
from chatserver.core.people import Technician, TechnicianStatus
from chatserver.core.presence import Presence
from chatserver.services.accounts import TechnicianStore
from chatserver.services.bus import Bus
from chatserver.services.clock import Clock
from chatserver.services.conversations import Conversations
from chatserver.services.pairing.queue_positions import QueuePositions
from chatserver.services.site import SiteSettings
from chatserver.services.wakeup import Wakeup

RETRY_MS = 1_000
"""ms until a write that the disk refused is tried again."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("pairing")


@dataclass(slots=True)
class Dispatcher:
    """Pairs, requeues and gives up in one task, which every change wakes and which never polls.

    `observe` only feeds the router and sets the wake-up: it runs between the commit of an event
    and its `ok`. The task does the rest: what was committed together is paired in one pass.

    `steady_clock` is in ms and never goes back; `wall_clock` is in ms since 1970 UTC.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset(
        {
            SiteChanged,
            Opened,
            Promised,
            Kept,
            Message,
            Assigned,
            Offered,
            Declined,
            Requeued,
            Transferred,
            Closed,
            Reopened,
            Redacted,
            Mailed,
            Bounced,
            Escalated,
        }
    )

    conversations: Conversations
    technician_store: TechnicianStore
    bus: Bus
    site: SiteSettings
    steady_clock: Clock
    wall_clock: Clock
    technician_presence: Presence
    customer_presence: Presence
    waiting_limit: int
    router: Router = field(default_factory=Router)
    wakeup: Wakeup = field(default_factory=Wakeup)
    _retry_at: int | None = None
    _positions: QueuePositions = field(init=False)

    def __post_init__(self) -> None:
        self._positions = QueuePositions(
            self.router,
            self.bus,
            count_connected_customers=self.customer_presence.connected_count,
            topics=self._topics,
        )

    def start(self, technicians: Iterable[Technician], opened: Iterable[Conversation]) -> None:
        """Load the router after a start: no one is connected, so all grace periods begin."""
        now = self.steady_clock()
        # Before the conversations: an offer of before the restart gets the time of these rules.
        self.router.use_rules(self.site.current.pairing, now)
        opened = list(opened)
        needed = {
            each.id: each for state in opened for each in (state.technician, state.offered) if each
        }
        for technician in technicians:
            if needed.pop(technician.id, None) or not technician.gone:
                self.router.update_technician(technician, connected=False, now=now)
        for person in needed.values():
            # An imported conversation is with a technician of another site, who never connects.
            stranger = Technician.without_account(person)
            self.router.update_technician(stranger, connected=False, now=now)
        for conversation in opened:
            self.router.update_conversation(conversation, now)
            if conversation.place_until is not None:
                self.router.set_customer_present(conversation.id, present=False)
            self._start_grace_periods(conversation, now)
        self._wake_up()

    async def run(self) -> None:
        """Pair, requeue, and take customers who left out of the live queue, until cancelled."""
        while True:
            await self.wakeup.wait_until(self.next_deadline(), self.steady_clock())
            await self.act_on_due()

    async def act_on_due(self) -> None:
        """Make one pass: end graces and offers, pair, and publish positions that changed."""
        # Each step reads the clock: commits of the step before have taken some ms. By the time at
        # which the pass began, a customer put back by it would not wait yet, and a newcomer would
        # be served first.
        await self._expire_graces(self.steady_clock())
        await self._end_offers()
        await self._pair(self.steady_clock())
        self._positions.publish_due(self.steady_clock())

    def use_rules(self, rules: PairingRules) -> None:
        """Pair by these rules from now on."""
        self.router.use_rules(rules, self.steady_clock())
        self._wake_up()

    def observe(self, news: Notification) -> None:
        """Update the router after a commit or a change of the site's settings."""
        if isinstance(news, Committed):
            self._observe_commit(news, self.steady_clock())
        elif isinstance(news, SiteChanged):
            self.use_rules(news.site.pairing)

    def _observe_commit(self, news: Committed, now: int) -> None:
        # In a written case an answer frees a part of a slot, and a letter is committed with the
        # promise of a reply. In a chat a message is committed alone, and changes but a load.
        if isinstance(news.events[0].fact, Message) and not news.after.is_written:
            self.router.roster.record_message(news.after, now)
            return
        first = news.events[0].fact
        if isinstance(first, Declined) and first.reason is DeclineReason.WITHDRAWN:
            self.router.withdraw_offer(news.after.id)
        changed = self.router.update_conversation(news.after, now)
        if news.before is not None and _leaves_queue(news.before, news.after):
            self._positions.wait_estimator.record_departure(now)
        self._publish_technicians(changed)
        if changed or news.before is None or _changes_duties(news.before, news.after):
            self._start_grace_periods(news.after, now)
            self._wake_up()

    def technician_connected(self, technician: Technician) -> None:
        """Count one more connection of a technician."""
        self.technician_presence.connect(technician.id)
        self.technician_changed(technician)

    def technician_disconnected(self, technician: str) -> None:
        """Count one connection less; the last one starts the technician's grace period."""
        if self.technician_presence.disconnect(technician, self.steady_clock()):
            self.technician_changed(self.router.workloads[technician].technician)

    def technician_changed(self, technician: Technician) -> None:
        """Update the router after a change of status, capacity, topics or connection."""
        here = self.technician_presence.is_connected(technician.id)
        workload = self.router.workloads.get(technician.id)
        if workload is not None and workload.technician.rank is not technician.rank:
            # The rights of a session are those of the rank at its handshake.
            self.bus.publish(RankChanged(technician.id))
        self.router.update_technician(technician, connected=here, now=self.steady_clock())
        self._publish_technicians({technician.id})
        self._wake_up()

    def customer_connected(self, customer: str) -> None:
        """Count one more connection of a customer."""
        if self.customer_presence.connect(customer):
            own = self.conversations.open_ids_of_customer(customer)
            # A reconnect within the grace moves no position. Recounting all of them cost most of
            # 2.3 ms beside 10,000 waiting customers; without it a reconnect takes 0.6 ms.
            if any([self.router.set_customer_present(each, present=True) for each in own]):
                self._wake_up()

    def customer_disconnected(self, customer: str) -> None:
        """Count one connection less; the last one starts the customer's grace period."""
        self.customer_presence.disconnect(customer, self.steady_clock())
        self.wakeup.set()

    @contextmanager
    def taking_by_hand(self, conversation: str, technician: str) -> Iterator[None]:
        """Count a conversation as held while a technician's taking it by hand is being committed.

        Its commit takes some ms. Pairing would give the same slot away in the meantime, and the
        technician would have one customer more than they can have.
        """
        record = self.conversations.find_open(conversation)
        if record is None or not self.router.roster.begin_assignment(
            record.conversation, technician, self.steady_clock()
        ):
            yield
            return
        try:
            yield
        finally:
            self.router.roster.end_assignment(conversation, technician, self.steady_clock())
            self._wake_up()

    def queue_position(self, conversation: str) -> QueuePositionChanged | None:
        """Return the queue position of a conversation, or None if it does not wait."""
        return self._positions.position_of(conversation, self.steady_clock())

    def position_for_newcomer(self, topic: str | None, priority: int) -> int | None:
        """Return the position that a newcomer would have, or None if a technician is free.

        Raises Refused `queue_full` when as many wait live as may. Left messages do not count: a
        weekend of them must not turn the customers of Monday away.
        """
        if self.router.has_free_technician(topic):
            return None
        if self.waiting_limit and self.router.queue.live_count >= self.waiting_limit:
            raise Refused(Code.QUEUE_FULL)
        return self.router.position_for_newcomer(topic, priority).position

    def leaving_command(self, conversation: str) -> Command:
        """Return the command that ends the live wait of a customer who is gone."""
        record = self.conversations.find_open(conversation)
        if record is None or not record.conversation.has_question:
            return Abandon()
        now, topic = self.wall_clock(), record.conversation.topic
        return LeaveMessage(self.site.reply_by(now, topic), self.site.milestones(now, topic))

    def count_waiting(self) -> int:
        """Return the number of waiting conversations."""
        return len(self.router.queue)

    @property
    def availability(self) -> AvailabilityChanged:
        """The availability: is a technician free, is one at work, and the topics served."""
        return self._positions.availability

    def colleagues(self) -> list[TechnicianChanged]:
        """Return the visible status and load of every technician."""
        return [
            TechnicianChanged(workload.technician, workload.visible_status, workload.load)
            for workload in self.router.workloads.values()
        ]

    def next_deadline(self) -> int | None:
        """Return the next moment (ms) at which time alone changes something, or None."""
        deadlines = (
            self.technician_presence.next_deadline(),
            self.customer_presence.next_deadline(),
            self.router.next_wakeup(),
            self._positions.due,
            self._retry_at,
        )
        return min((each for each in deadlines if each is not None), default=None)

    async def _expire_graces(self, now: int) -> None:
        """Release the technicians and customers whose grace period is over.

        The conversations of a technician are requeued. A customer's question becomes a left
        message; a conversation in which nothing was said ends as abandoned.
        """
        if self._retry_at is not None and self._retry_at <= now:
            self._retry_at = None
        for technician in self.technician_presence.pop_expired(now):
            if not await self._handle_all(self._withdrawal_commands(technician)):
                self.technician_presence.begin_grace(technician, self.steady_clock())
        for customer in self.customer_presence.pop_expired(now):
            waiting = [
                each
                for each in self.conversations.open_ids_of_customer(customer)
                if self._waits_live(each)
            ]
            self._skip_absent_customer(
                customer, [each for each in waiting if self._has_reserved_place(each)]
            )
            if not await self._handle_all(self._leaving_commands(customer, waiting)):
                self.customer_presence.begin_grace(customer, self.steady_clock())

    def _skip_absent_customer(self, customer: str, kept: list[str]) -> None:
        """Mark a customer with a reserved place absent, so that others are served meanwhile."""
        if self.customer_presence.is_connected(customer):
            return
        for conversation in kept:
            self.router.set_customer_present(conversation, present=False)
        if kept:
            self._wake_up()
            self.bus.publish(ReservedCustomerLeft(customer))

    def _withdrawal_commands(self, technician: str) -> Iterator[tuple[str, Command]]:
        """Yield a command for each conversation and offer of a technician, until they are back.

        Each is asked for when the one before is stored, which may take longer than coming back.
        """
        for conversation in sorted(self.router.workloads[technician].conversations):
            if self.technician_presence.is_connected(technician):
                return
            if conversation in self.router.queue:
                yield conversation, Decline(technician, withdrawn=True)
            elif not self._waits_for_letter(conversation):
                yield conversation, Requeue(technician, RequeueReason.TECHNICIAN_LEFT)

    def _leaving_commands(self, customer: str, waiting: list[str]) -> Iterator[tuple[str, Command]]:
        """Yield a command for each live wait of a customer without a place, until they are back."""
        for conversation in waiting:
            if self.customer_presence.is_connected(customer):
                return
            if not self._has_reserved_place(conversation):
                yield conversation, self.leaving_command(conversation)

    async def _end_offers(self) -> None:
        """Withdraw offers that expired or would not be made any more.

        A technician who missed too many in a row is set to away.
        """
        for conversation, technician in self.router.invalid_offers():
            await self._handle(conversation, Decline(technician, withdrawn=True))
        for conversation, technician in self.router.expired_offers(self.steady_clock()):
            await self._handle(conversation, Decline(technician))
        for silent in self.router.roster.inattentive_technicians():
            try:
                away = await self.technician_store.change_technician(
                    silent, lambda each: replace(each, status=TechnicianStatus.AWAY)
                )
            except Unavailable:
                self._retry_at = self.steady_clock() + RETRY_MS
                continue
            self.technician_changed(away)
            self.bus.publish(OffersMissed(away.id))
            _log.info("technician set to away", technician=away.id)

    async def _pair(self, now: int) -> None:
        pairings = self.router.make_pairings(now)
        self._publish_technicians({pairing.technician.id for pairing in pairings})
        # Together, so that all pairings of a pass share one commit.
        async with asyncio.TaskGroup() as group:
            for pairing in pairings:
                group.create_task(self._assign(pairing), name=f"assign {pairing.conversation}")

    async def _assign(self, pairing: Pairing) -> None:
        command: Command = Assign(pairing.technician, pairing.why)
        if pairing.offered:
            until = self.wall_clock() + self.router.rules.offer_for
            command = Offer(pairing.technician, until, pairing.why)
        if await self._handle(pairing.conversation, command):
            return
        record = self.conversations.find_open(pairing.conversation)
        if record is not None:
            changed = self.router.undo_pairing(record.conversation, self.steady_clock())
            self._publish_technicians(changed)

    async def _handle_all(self, commands: Iterable[tuple[str, Command]]) -> bool:
        # A list, since `all` would leave the rest undone after the first failure.
        return all([await self._handle(*each) for each in commands])

    async def _handle(self, conversation: str, command: Command) -> bool:
        """Run a command of the desk; return False if it must be tried again."""
        try:
            await self.conversations.handle(conversation, command, None)
        except Unavailable as error:
            _log.warning("the desk cannot write", conversation=conversation, code=error.code)
            self._retry_at = self.steady_clock() + RETRY_MS
            return False
        except Refused:
            # A customer who left, or a technician, was faster; the log has it already.
            return True
        return True

    def _waits_live(self, conversation: str) -> bool:
        ticket = self.router.queue.get(conversation)
        return ticket is not None and not ticket.left_message

    def _waits_for_letter(self, conversation: str) -> bool:
        """Return True for a case by e-mail that is answered: the next word is the customer's.

        It stays with a technician who goes home, until a letter comes while they are away.
        """
        record = self.conversations.find_open(conversation)
        state = record.conversation if record else None
        return state is not None and state.by_mail and state.reply_by is None

    def _topics(self) -> set[str]:
        """Return the ids of all topics; a command may have added some with a technician."""
        own = (workload.technician.topics for workload in self.router.workloads.values())
        return {each.id for each in self.site.topics}.union(*own)

    def _has_reserved_place(self, conversation: str) -> bool:
        # Not compared with the wall clock, which may have been set: ReservedPlaces ends a place.
        record = self.conversations.find_open(conversation)
        return record is not None and record.conversation.place_until is not None

    def _start_grace_periods(self, conversation: Conversation, now: int) -> None:
        """Start the grace period of the people a conversation needs, if they are not connected."""
        if conversation.status is ConversationStatus.WAITING and conversation.reply_by is None:
            self.customer_presence.begin_grace(conversation.customer.id, now)
        if conversation.offered is not None:
            self.technician_presence.begin_grace(conversation.offered.id, now)
        elif (
            conversation.status is ConversationStatus.ACTIVE and conversation.technician is not None
        ):
            self.technician_presence.begin_grace(conversation.technician.id, now)

    def _wake_up(self) -> None:
        self._positions.mark_changed()
        self.wakeup.set()

    def _publish_technicians(self, technicians: Iterable[str]) -> None:
        for technician in technicians:
            workload = self.router.workloads[technician]
            self.bus.publish(
                TechnicianChanged(workload.technician, workload.visible_status, workload.load)
            )


def _changes_duties(before: Conversation, after: Conversation) -> bool:
    return before.status is not after.status or before.reply_by != after.reply_by


def _leaves_queue(before: Conversation, after: Conversation) -> bool:
    return before.status is ConversationStatus.WAITING and after.status is ConversationStatus.ACTIVE
