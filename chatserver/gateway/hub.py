"""Fan-out of news to the live sessions: encoded once for each side, sent without waiting."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import asdict, dataclass, field
from typing import ClassVar, get_args

import structlog

from chatserver.core.conversation.events import Event
from chatserver.core.conversation.state import Conversation
from chatserver.core.errors import Unavailable
from chatserver.core.log_types import LogPage
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
from chatserver.gateway.transport import ConnectionLost
from chatserver.metrics import Metrics
from chatserver.protocol.close import CloseCode
from chatserver.protocol.codec import encode
from chatserver.protocol.event_json import event_fields, has_single_view
from chatserver.protocol.views import offer_frame, site_fields
from chatserver.services.log import Log

PAGE = 200
"""Events that a new subscription is sent, and that one read fetches while it catches up."""

UNKNOWN = 1 << 62
"""The head of a log whose end is not known: catching up reads until a page is empty."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("hub")


@dataclass(slots=True)
class Hub:
    """Delivers news to the sessions that it concerns.

    `deliver` never awaits a socket, so a slow client delays no other: a frame that its send buffer
    does not take ends its session. Only catching up waits for a client, in a task of its own.
    """

    hears: ClassVar[frozenset[type[object]]] = frozenset(get_args(Notification))

    log: Log
    tasks: asyncio.TaskGroup
    metrics: Metrics
    audience: Subscriptions
    noticeboard: TechnicianFeed
    viewers: Viewers = field(default_factory=Viewers)

    def deliver(self, news: Notification) -> None:
        """Send a piece of news to the sessions that it concerns."""
        match news:
            case Committed():
                self._committed(news)
            case Typing():
                frame = {"type": "typing", "conversation": news.conversation, "on": news.on}
                self._to_other_side(news.conversation, news.author, frame)
            case ReadMarked():
                frame = {"type": "read", "conversation": news.conversation, "seq": news.seq}
                self._to_other_side(news.conversation, news.author, frame)
            case QueuePositionChanged():
                self._to_customers(news)
            case OffersMissed():
                frame = {"type": "away", "reason": "missed_offers"}
                self._offer(self.audience.sessions_of(news.technician), encode(frame))
            case AvailabilityChanged():
                frame = {"type": "presence", **asdict(news)}
                self._offer(self.audience.customers(), encode(frame))
            case TechnicianChanged():
                self.noticeboard.technician(news)
            case DraftChanged():
                frame = {"type": "draft", **asdict(news.draft)}
                own = self.audience.sessions_of(news.technician)
                self._offer((each for each in own if each.session != news.session), encode(frame))
            case ViewingChanged():
                for conversation in self.viewers.look(
                    news.session, news.technician, news.conversation
                ):
                    self._tell_viewers(conversation)
            case SiteChanged():
                frame = {"type": "site", **site_fields(news.site), "topics": news.topics}
                self._offer(self.audience.technicians(), encode(frame))
            case AccountRemoved():
                for member in self.audience.sessions_of(news.person):
                    self.dismiss(member, CloseCode.NOT_SIGNED_IN)
            case RankChanged():
                for member in self.audience.sessions_of(news.technician):
                    self.dismiss(member, CloseCode.RANK_CHANGED)
            case SignedOut():
                for member in self.audience.signed_in_by(news.session):
                    self.dismiss(member, CloseCode.NOT_SIGNED_IN)

    async def run(self) -> None:
        """Send the technicians their feed, until cancelled."""
        while True:
            async for member, frame in self.noticeboard.posts():
                self._offer((member,), frame)

    def follow(
        self,
        member: Subscriber,
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
        following = Subscription(last=last, head=head, watching=watching)
        if self.audience.follow(member, conversation, following):
            self._start_catching_up(member, conversation, following)
            if member.internal and self.viewers.people_viewing(conversation):
                self._offer((member,), self._viewers_frame(conversation))

    def dismiss(self, member: Subscriber, code: CloseCode) -> None:
        """End a session; saying good bye takes up to 8 s, in a task of its own."""
        self.audience.leave(member)
        self.metrics.dismissals.labels(code.name.lower()).inc()
        self.tasks.create_task(_alone(member.outbox.close(code)), name=f"dismiss {code}")

    def _committed(self, news: Committed) -> None:
        conversation = news.after.id
        if news.before is None:
            # The customer's sessions know nothing of it yet, so each holds it all: live from seq 0.
            for member in self.audience.sessions_of(news.after.customer.id):
                self.audience.follow(member, conversation, Subscription(last=0, head=0, live=True))
        for event in news.events:
            self._event(event)
        if news.before is None or _holder(news.before) != _holder(news.after):
            self._change_hands(news.after)
        if news.before is not None and news.before.offered != news.after.offered:
            self._tell_asked(news)
        self.noticeboard.conversation(news)

    def _tell_asked(self, news: Committed) -> None:
        """Tell a technician that an offer is made, and the former one that theirs is withdrawn."""
        for state in (news.before, news.after):
            if state is not None and state.offered is not None:
                stands = state is news.after
                frame = offer_frame(news.after, news.marks, stands=stands)
                self._offer(self.audience.sessions_of(state.offered.id), encode(frame))

    def _event(self, event: Event) -> None:
        frames = EncodedEvent(event)
        for member, following in self.audience.followers(event.conversation):
            # A customer never learns of a note, not even by a gap in the seqs they are shown.
            if event.internal and not member.internal:
                continue
            known = 0 if following.head == UNKNOWN else following.head
            following.head = max(known, event.seq)
            if not following.live or following.last is None or event.seq <= following.last:
                continue
            if before(event, internal=member.internal) != following.last:
                # An event between was not sent: the log closes the gap before anything else is.
                self._start_catching_up(member, event.conversation, following)
                continue
            following.last = event.seq
            self._offer((member,), frames.frame(internal=member.internal))

    def _change_hands(self, conversation: Conversation) -> None:
        """Subscribe the sessions of the present technician, and end those of the former one."""
        holder = _holder(conversation)
        for member, following in self.audience.followers(conversation.id):
            if member.internal and member.person != holder and not following.watching:
                self.audience.unfollow(member, conversation.id)
        for member in self.audience.sessions_of(holder) if holder else ():
            if self.audience.following(member, conversation.id) is None:
                self.follow(member, conversation.id, last=None, head=conversation.seq)

    def _start_catching_up(
        self, member: Subscriber, conversation: str, following: Subscription
    ) -> None:
        if following.last is not None and following.last >= following.head:
            following.live = True
            return
        # From here on `_event` only moves `head`, until the task has caught up.
        following.live = False
        self.tasks.create_task(
            _alone(self._catch_up(member, conversation, following)),
            name=f"catch up {conversation}",
        )

    async def _catch_up(
        self, member: Subscriber, conversation: str, following: Subscription
    ) -> None:
        """Send what is missing, as fast as the client reads, then go on live.

        Events that are committed meanwhile are not sent here and now: they move `head`, and the
        next page has them. So the order is that of the log, and only this task waits for the
        socket. A page has 200 events: when 10,000 clients come back at once, a page of each is in
        memory, and not a log of each.
        """
        try:
            while following.last is None or following.last < following.head:
                head = following.head
                page = LogPage(after=following.last, limit=PAGE)
                events = await self.log.read_page(conversation, page, internal=member.internal)
                for event in events:
                    await member.outbox.push(EncodedEvent(event).frame(internal=member.internal))
                    following.last = event.seq
                if not events and head == following.head:
                    # The rest is internal, and this session is a customer's.
                    following.last = following.head = following.last or 0
                    break
        except ConnectionLost:
            return
        except Unavailable:
            # The client reconnects by itself and resumes from the seq that it holds.
            self.dismiss(member, CloseCode.TOO_SLOW)
            return
        following.live = True

    def _to_other_side(self, conversation: str, author: Author, frame: dict[str, object]) -> None:
        data = encode(frame | {"author": author})
        told = self._colleagues(conversation)
        if author.role is not Role.CUSTOMER:
            followers = self.audience.followers(conversation)
            told |= {member for member, _ in followers if not member.internal}
        self._offer((member for member in told if member.person != author.id), data)

    def _tell_viewers(self, conversation: str) -> None:
        self._offer(self._colleagues(conversation), self._viewers_frame(conversation))

    def _viewers_frame(self, conversation: str) -> bytes:
        viewers = self.viewers.people_viewing(conversation)
        return encode({"type": "viewers", "conversation": conversation, "viewers": viewers})

    def _colleagues(self, conversation: str) -> set[Subscriber]:
        """Return the technicians' sessions that follow a conversation or view it."""
        followers = self.audience.followers(conversation)
        looking = self.audience.looking(self.viewers.sessions(conversation))
        return {member for member, _ in followers if member.internal} | set(looking)

    def _to_customers(self, place: QueuePositionChanged) -> None:
        followers = self.audience.followers(place.conversation)
        told = [member for member, _ in followers if not member.internal]
        if told:
            self._offer(told, encode(queue_frame(place)))

    def _offer(self, members: Iterable[Subscriber], data: bytes) -> None:
        for member in members:
            if not member.outbox.offer(data) and self.audience.has(member):
                _log.info("session too slow", session=member.session)
                self.dismiss(member, CloseCode.TOO_SLOW)


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
            fields = event_fields(self.event, internal=view)
            frame = self._made[view] = encode({"type": "event", **fields})
        return frame


async def _alone(work: Coroutine[None, None, None]) -> None:
    """Run the work of one session; its failure is logged and ends no other session."""
    try:
        await work
    except Exception:
        _log.exception("work for a session failed")


def before(event: Event, *, internal: bool) -> int:
    """Return the seq of the event before this one, as each side sees the log."""
    return event.seq - 1 if internal else event.prev


def queue_frame(place: QueuePositionChanged) -> dict[str, object]:
    """Return the frame for a waiting customer, without `wait` while it cannot be estimated."""
    frame: dict[str, object] = {
        "type": "queue",
        "conversation": place.conversation,
        "position": place.position,
    }
    return frame if place.wait is None else frame | {"wait": place.wait, "between": place.between}


def _holder(conversation: Conversation) -> str | None:
    """Return the technician of a conversation, the last one if it is closed, or None."""
    return conversation.technician.id if conversation.technician else None
