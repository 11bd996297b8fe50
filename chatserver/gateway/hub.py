"""Fan-out of notifications to the live sessions: encoded once a side, sent without waiting."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import asdict, dataclass, field
from typing import ClassVar, get_args

import structlog

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Unavailable
from chatserver.core.log import LogPage
from chatserver.core.notifications import (
    AccountRemoved,
    AvailabilityChanged,
    Committed,
    DraftChanged,
    Notification,
    OffersMissed,
    QueuePositionChanged,
    RankChanged,
    ReadMarked,
    SignedOut,
    SiteChanged,
    TechnicianChanged,
    Typing,
    ViewingChanged,
)
from chatserver.core.people import Author, Role
from chatserver.gateway.subscriptions import Subscriber, Subscription, Subscriptions, Viewers
from chatserver.gateway.technician_feed import TechnicianFeed
from chatserver.gateway.transport import ConnectionLost, SendBuffer
from chatserver.metrics import Metrics
from chatserver.protocol.close import CloseCode
from chatserver.protocol.codec import encode
from chatserver.protocol.event_json import event_frame, has_single_view
from chatserver.protocol.views import offer_frame, site_fields
from chatserver.services.log import Log

CATCH_UP_EVENTS = 200
"""Events that a new subscription is sent, and that one read fetches while it catches up."""

UNKNOWN_HEAD = 1 << 62
"""The head of a log whose end is not known: catching up reads until a page is empty."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("hub")


@dataclass(slots=True)
class Hub:
    """Delivers each notification to the sessions that it concerns.

    `deliver` never awaits a socket, so a slow client delays no other: a frame that its send buffer
    does not take ends its session. Only catching up waits for a client, in a task of its own.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset(get_args(Notification))

    log: Log
    tasks: asyncio.TaskGroup
    metrics: Metrics
    subscriptions: Subscriptions
    technician_feed: TechnicianFeed
    viewers: Viewers = field(default_factory=Viewers)

    def deliver(self, news: Notification) -> None:
        """Send a notification to the sessions that it concerns."""
        match news:
            case Committed():
                self._deliver_commit(news)
            case Typing():
                frame = {"type": "typing", "conversation": news.conversation, "on": news.on}
                self._send_to_other_side(news.conversation, news.author, frame)
            case ReadMarked():
                frame = {"type": "read", "conversation": news.conversation, "seq": news.seq}
                self._send_to_other_side(news.conversation, news.author, frame)
            case QueuePositionChanged():
                self._send_queue_position(news)
            case OffersMissed():
                frame = {"type": "away", "reason": "missed_offers"}
                self._send_to(self.subscriptions.sessions_of(news.technician), encode(frame))
            case AvailabilityChanged():
                frame = {"type": "presence", **asdict(news)}
                self._send_to(self.subscriptions.customers(), encode(frame))
            case TechnicianChanged():
                self.technician_feed.note_technician(news)
            case DraftChanged():
                self._send_draft(news)
            case ViewingChanged():
                self._change_viewing(news)
            case SiteChanged():
                frame = {"type": "site", **site_fields(news.site), "topics": news.topics}
                self._send_to(self.subscriptions.technicians(), encode(frame))
            case AccountRemoved():
                code = CloseCode.RESTART if news.may_return else CloseCode.NOT_SIGNED_IN
                self._dismiss_all(self.subscriptions.sessions_of(news.person), code)
            case RankChanged():
                sessions = self.subscriptions.sessions_of(news.technician)
                self._dismiss_all(sessions, CloseCode.RANK_CHANGED)
            case SignedOut():
                sessions = tuple(self.subscriptions.signed_in_by(news.session))
                self._dismiss_all(sessions, CloseCode.NOT_SIGNED_IN)

    async def run(self) -> None:
        """Send the technicians their feed, until cancelled."""
        while True:
            async for subscriber, frame in self.technician_feed.due_frames():
                self._send_to((subscriber,), frame)

    def follow(
        self,
        subscriber: Subscriber,
        conversation: str,
        *,
        last: int | None,
        head: int,
        watching: bool = False,
    ) -> None:
        """Subscribe a session to a conversation and send what it has missed.

        `last` is the seq that the client holds, or None for one that wants the newest events;
        `head` is the newest seq of the log.
        """
        subscription = Subscription(last=last, head=head, watching=watching)
        if self.subscriptions.follow(subscriber, conversation, subscription):
            self._start_catching_up(subscriber, conversation, subscription)
            if subscriber.internal and self.viewers.people_viewing(conversation):
                self._send_to((subscriber,), self._viewers_frame(conversation))

    def dismiss(self, subscriber: Subscriber, code: CloseCode) -> None:
        """End a session."""
        self.subscriptions.leave(subscriber)
        self.close(subscriber.send_buffer, code)

    def close(self, send_buffer: SendBuffer, code: CloseCode) -> None:
        """Close a connection; the closing handshake takes up to 8 s, in a task of its own."""
        self.metrics.dismissals.labels(code.name.lower()).inc()
        self.tasks.create_task(_log_failure_of(send_buffer.close(code)), name=f"dismiss {code}")

    def _deliver_commit(self, news: Committed) -> None:
        if news.before is None or not news.before.is_open:
            self._follow_anew(news)
        for event in news.events:
            self._send_event(event)
        if news.before is None or _holder(news.before) != _holder(news.after):
            self._change_hands(news.after)
        if news.before is not None and news.before.offered != news.after.offered:
            self._send_offer_change(news)
        self.technician_feed.note_conversation(news)

    def _follow_anew(self, news: Committed) -> None:
        """Subscribe the customer's sessions to a conversation that is new or goes on."""
        conversation = news.after
        for subscriber in self.subscriptions.sessions_of(conversation.customer.id):
            if news.before is None:
                # They know nothing of it yet, so each holds it all: live from seq 0.
                live = Subscription(last=0, head=0, live=True)
                self.subscriptions.follow(subscriber, conversation.id, live)
            elif (
                conversation.is_open
                and self.subscriptions.subscription(subscriber, conversation.id) is None
            ):
                # The session began while it was closed.
                self.follow(subscriber, conversation.id, last=None, head=conversation.seq)

    def _send_offer_change(self, news: Committed) -> None:
        """Send a technician the offer that was made to them, and a former one its end."""
        for state in (news.before, news.after):
            if state is not None and state.offered is not None:
                stands = state is news.after
                frame = offer_frame(news.after, news.marks, stands=stands)
                self._send_to(self.subscriptions.sessions_of(state.offered.id), encode(frame))

    def _send_event(self, event: Event) -> None:
        frames = EncodedEvent(event)
        for subscriber, subscription in self.subscriptions.followers(event.conversation):
            # Customers are not sent internal events. Their chain of `prev` skips these, so none
            # counts as lost; the gap in `seq` stays visible (docs/security.md, known limits).
            if event.internal and not subscriber.internal:
                continue
            if subscription.head < event.seq or subscription.head == UNKNOWN_HEAD:
                subscription.head = event.seq
            if not subscription.live or subscription.last is None or event.seq <= subscription.last:
                continue
            # Each side sees a log of its own: internal events are no gap to a customer.
            if (event.seq - 1 if subscriber.internal else event.prev) != subscription.last:
                # An event between was not sent: the log closes the gap before anything else is.
                self._start_catching_up(subscriber, event.conversation, subscription)
                continue
            subscription.last = event.seq
            self._send_to((subscriber,), frames.frame(internal=subscriber.internal))

    def _change_hands(self, conversation: Conversation) -> None:
        """Subscribe the sessions of the present technician, and unsubscribe those of the former."""
        holder = _holder(conversation)
        for subscriber, subscription in self.subscriptions.followers(conversation.id):
            if subscriber.internal and subscriber.person != holder and not subscription.watching:
                self.subscriptions.unfollow(subscriber, conversation.id)
        for subscriber in self.subscriptions.sessions_of(holder) if holder else ():
            if self.subscriptions.subscription(subscriber, conversation.id) is None:
                self.follow(subscriber, conversation.id, last=None, head=conversation.seq)

    def _start_catching_up(
        self, subscriber: Subscriber, conversation: str, subscription: Subscription
    ) -> None:
        if subscription.last is not None and subscription.last >= subscription.head:
            subscription.live = True
            return
        # From here on `_send_event` only moves `head`, until the task has caught up.
        subscription.live = False
        self.tasks.create_task(
            _log_failure_of(self._catch_up(subscriber, conversation, subscription)),
            name=f"catch up {conversation}",
        )

    async def _catch_up(
        self, subscriber: Subscriber, conversation: str, subscription: Subscription
    ) -> None:
        """Send the missed events as fast as the client reads; from then on the session is live.

        Events that are committed meanwhile are not sent at once: they move `head`, and the next
        page has them. This keeps the order of the log, and only this task waits for the socket. A
        page has 200 events: when 10,000 clients come back at once, a page of each is in memory, and
        not a log of each.
        """
        try:
            while subscription.last is None or subscription.last < subscription.head:
                head = subscription.head
                page = LogPage(after=subscription.last, limit=CATCH_UP_EVENTS)
                events = await self.log.read_page(conversation, page, internal=subscriber.internal)
                for event in events:
                    await subscriber.send_buffer.send_waiting(
                        EncodedEvent(event).frame(internal=subscriber.internal)
                    )
                    subscription.last = event.seq
                if not events and head == subscription.head:
                    # The rest is internal, and this session is a customer's.
                    subscription.last = subscription.head = subscription.last or 0
                    break
        except ConnectionLost:
            return
        except Unavailable:
            # The client reconnects by itself and resumes from the seq that it holds.
            self.dismiss(subscriber, CloseCode.FAILED)
            return
        subscription.live = True

    def _dismiss_all(self, subscribers: Iterable[Subscriber], code: CloseCode) -> None:
        for subscriber in subscribers:
            self.dismiss(subscriber, code)

    def _send_draft(self, news: DraftChanged) -> None:
        """Send a draft to the other sessions of the technician who writes it."""
        own = self.subscriptions.sessions_of(news.technician)
        others = [each for each in own if each.session != news.session]
        self._send_to(others, encode({"type": "draft", **asdict(news.draft)}))

    def _change_viewing(self, news: ViewingChanged) -> None:
        """Note the conversation that a session views, and send the viewers of both."""
        changed = self.viewers.set_viewed(news.session, news.technician, news.conversation)
        for conversation in changed:
            self._send_viewers(conversation)

    def _send_to_other_side(
        self, conversation: str, author: Author, frame: dict[str, object]
    ) -> None:
        data = encode(frame | {"author": author})
        receivers = self._colleagues(conversation)
        if author.role is not Role.CUSTOMER:
            followers = self.subscriptions.followers(conversation)
            receivers |= {subscriber for subscriber, _ in followers if not subscriber.internal}
        self._send_to(
            (subscriber for subscriber in receivers if subscriber.person != author.id), data
        )

    def _send_viewers(self, conversation: str) -> None:
        self._send_to(self._colleagues(conversation), self._viewers_frame(conversation))

    def _viewers_frame(self, conversation: str) -> bytes:
        viewers = self.viewers.people_viewing(conversation)
        return encode({"type": "viewers", "conversation": conversation, "viewers": viewers})

    def _colleagues(self, conversation: str) -> set[Subscriber]:
        """Return the technicians' sessions that follow a conversation or view it."""
        followers = self.subscriptions.followers(conversation)
        viewing = self.subscriptions.technicians_with_sessions(self.viewers.sessions(conversation))
        return {subscriber for subscriber, _ in followers if subscriber.internal} | set(viewing)

    def _send_queue_position(self, position: QueuePositionChanged) -> None:
        followers = self.subscriptions.followers(position.conversation)
        receivers = [subscriber for subscriber, _ in followers if not subscriber.internal]
        if receivers:
            self._send_to(receivers, encode(queue_frame(position)))

    def _send_to(self, subscribers: Iterable[Subscriber], data: bytes) -> None:
        for subscriber in subscribers:
            if not subscriber.send_buffer.try_send(data) and subscriber in self.subscriptions:
                _log.info("session too slow", session=subscriber.session)
                self.dismiss(subscriber, CloseCode.TOO_SLOW)


@dataclass(slots=True)
class EncodedEvent:
    """The frames of one event, one for each side, encoded when the first session needs it."""

    event: Event
    _made: dict[bool, bytes] = field(default_factory=dict)

    def frame(self, *, internal: bool) -> bytes:
        """Return the bytes for technicians (`internal`) or for customers."""
        # Most events look the same to both sides, and are then encoded once.
        view = internal or has_single_view(self.event)
        frame = self._made.get(view)
        if frame is None:
            frame = self._made[view] = event_frame(self.event, internal=view)
        return frame


async def _log_failure_of(work: Coroutine[None, None, None]) -> None:
    """Run the work of one session; its failure is logged and ends no other session."""
    try:
        await work
    except Exception:
        _log.exception("work for a session failed")


def queue_frame(position: QueuePositionChanged) -> dict[str, object]:
    """Return the frame for a waiting customer, without `wait` while it cannot be estimated."""
    frame: dict[str, object] = {
        "type": "queue",
        "conversation": position.conversation,
        "position": position.position,
    }
    return (
        frame
        if position.wait is None
        else frame | {"wait": position.wait, "between": position.between}
    )


def _holder(conversation: Conversation) -> str | None:
    """Return the technician of a conversation, the last one if it is closed, or None."""
    return conversation.technician.id if conversation.technician else None
