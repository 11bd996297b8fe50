"""Who is told what: every piece of news is encoded once for each audience and never waited for."""

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
"""Events of a conversation that a session is sent at first, and in one read when it catches up."""

UNKNOWN = 1 << 62
"""A head for a log whose end is not known: catching up reads until nothing more comes."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger("hub")


@dataclass(slots=True)
class Hub:
    """Delivers to sessions. Nothing here awaits a socket, except to let one session catch up."""

    hears: ClassVar[frozenset[type[object]]] = frozenset(get_args(Notification))

    log: Log
    tasks: asyncio.TaskGroup
    metrics: Metrics
    audience: Subscriptions
    noticeboard: TechnicianFeed
    viewers: Viewers = field(default_factory=Viewers)

    def deliver(self, news: Notification) -> None:
        """Tell everybody whom it concerns."""
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
                self._offer(self.audience.of(news.technician), encode(frame))
            case AvailabilityChanged():
                frame = {"type": "presence", **asdict(news)}
                self._offer(self.audience.customers(), encode(frame))
            case TechnicianChanged():
                self.noticeboard.technician(news)
            case DraftChanged():
                frame = {"type": "draft", **asdict(news.draft)}
                own = self.audience.of(news.technician)
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
                for member in self.audience.of(news.person):
                    self.dismiss(member, CloseCode.NOT_SIGNED_IN)
            case RankChanged():
                for member in self.audience.of(news.technician):
                    self.dismiss(member, CloseCode.RANK_CHANGED)
            case SignedOut():
                for member in self.audience.signed_in_by(news.session):
                    self.dismiss(member, CloseCode.NOT_SIGNED_IN)

    async def run(self) -> None:
        """Post what technicians are kept up to date on, until cancelled."""
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
        """Let a session follow from `last` on, the seq it holds, or None for the newest events.

        `head` is the newest seq there is.
        """
        following = Subscription(last=last, head=head, watching=watching)
        if self.audience.follow(member, conversation, following):
            self._start_catching_up(member, conversation, following)
            if member.internal and self.viewers.of(conversation):
                self._offer((member,), self._viewers_frame(conversation))

    def dismiss(self, member: Subscriber, code: CloseCode) -> None:
        """End a session; it takes its time, and nobody waits for it."""
        self.audience.leave(member)
        self.metrics.dismissals.labels(code.name.lower()).inc()
        self.tasks.create_task(_alone(member.outbox.close(code)), name=f"dismiss {code}")

    def _committed(self, news: Committed) -> None:
        conversation = news.after.id
        if news.before is None:
            for member in self.audience.of(news.after.customer.id):
                self.audience.follow(member, conversation, Subscription(last=0, head=0, live=True))
        for event in news.events:
            self._event(event)
        if news.before is None or _holder(news.before) != _holder(news.after):
            self._change_hands(news.after)
        if news.before is not None and news.before.offered != news.after.offered:
            self._tell_asked(news)
        self.noticeboard.conversation(news)

    def _tell_asked(self, news: Committed) -> None:
        """Who is asked to take a customer, and who is asked no more."""
        for state in (news.before, news.after):
            if state is not None and state.offered is not None:
                stands = state is news.after
                frame = offer_frame(news.after, news.marks, stands=stands)
                self._offer(self.audience.of(state.offered.id), encode(frame))

    def _event(self, event: Event) -> None:
        frames = EncodedEvent(event)
        for member, following in self.audience.followers(event.conversation):
            if event.internal and not member.internal:
                continue
            known = 0 if following.head == UNKNOWN else following.head
            following.head = max(known, event.seq)
            if not following.live or following.last is None or event.seq <= following.last:
                continue
            if before(event, internal=member.internal) != following.last:
                self._start_catching_up(member, event.conversation, following)
                continue
            following.last = event.seq
            self._offer((member,), frames.of(internal=member.internal))

    def _change_hands(self, conversation: Conversation) -> None:
        """The technician who has it now follows; who had it before does no longer."""
        holder = _holder(conversation)
        for member, following in self.audience.followers(conversation.id):
            if member.internal and member.person != holder and not following.watching:
                self.audience.unfollow(member, conversation.id)
        for member in self.audience.of(holder) if holder else ():
            if self.audience.following(member, conversation.id) is None:
                self.follow(member, conversation.id, last=None, head=conversation.seq)

    def _start_catching_up(
        self, member: Subscriber, conversation: str, following: Subscription
    ) -> None:
        if following.last is not None and following.last >= following.head:
            following.live = True
            return
        following.live = False
        self.tasks.create_task(
            _alone(self._catch_up(member, conversation, following)),
            name=f"catch up {conversation}",
        )

    async def _catch_up(
        self, member: Subscriber, conversation: str, following: Subscription
    ) -> None:
        """Send what is missing, as fast as the session reads, then go on live."""
        try:
            while following.last is None or following.last < following.head:
                head = following.head
                page = LogPage(after=following.last, limit=PAGE)
                events = await self.log.read_page(conversation, page, internal=member.internal)
                for event in events:
                    await member.outbox.push(EncodedEvent(event).of(internal=member.internal))
                    following.last = event.seq
                if not events and head == following.head:
                    # What is left is not for this session to see.
                    following.last = following.head = following.last or 0
                    break
        except ConnectionLost:
            return
        except Unavailable:
            # It comes back by itself and resumes from what it holds.
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
        viewers = self.viewers.of(conversation)
        return encode({"type": "viewers", "conversation": conversation, "viewers": viewers})

    def _colleagues(self, conversation: str) -> set[Subscriber]:
        """The technicians' sessions that follow a conversation, or look at it."""
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
    """One event's frames, each made at most once however many are told."""

    event: Event
    _made: dict[bool, bytes] = field(default_factory=dict)

    def of(self, *, internal: bool) -> bytes:
        """The bytes for technicians (`internal`) or for customers."""
        view = internal or has_single_view(self.event)
        frame = self._made.get(view)
        if frame is None:
            fields = event_fields(self.event, internal=view)
            frame = self._made[view] = encode({"type": "event", **fields})
        return frame


async def _alone(work: Coroutine[None, None, None]) -> None:
    """Work for one session, whose failure is that session's alone."""
    try:
        await work
    except Exception:
        _log.exception("work for a session failed")


def before(event: Event, *, internal: bool) -> int:
    """The seq of the event before this one, as each side sees the log."""
    return event.seq - 1 if internal else event.prev


def queue_frame(place: QueuePositionChanged) -> dict[str, object]:
    """What a waiting customer is told; without `wait` while nothing is known of it."""
    frame: dict[str, object] = {
        "type": "queue",
        "conversation": place.conversation,
        "position": place.position,
    }
    return frame if place.wait is None else frame | {"wait": place.wait, "between": place.between}


def _holder(conversation: Conversation) -> str | None:
    """Who has an active conversation, or had it when it was closed."""
    return conversation.technician.id if conversation.technician else None
