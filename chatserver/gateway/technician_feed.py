"""The feed of technicians: the queue, their conversations, and each other's presence.

Changes are batched: the technician is sent at most one summary for a conversation and half second.
Each conversation has a timer of its own, so that the summaries of hundreds are spread evenly and no
message waits for all of them.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import takewhile

from chatserver.core.conversation.state import Conversation, ConversationStatus
from chatserver.core.notifications import Committed, TechnicianChanged
from chatserver.gateway.subscriptions import Subscriber, Subscriptions
from chatserver.protocol.codec import encode
from chatserver.protocol.views import colleague_view, outline, summary

GATHER_S = 0.05
"""Seconds for which changes of the queue and of presence are gathered."""

CONVERSATION_GATHER_S = 0.5
"""Seconds for which changes are gathered in a conversation whose status stays the same."""

STEP_S = 0.01
"""Seconds between two checks for due frames."""

SUMMARIES_PER_TURN = 10
"""Conversations whose summaries are sent in one turn of the event loop."""


@dataclass(slots=True)
class TechnicianFeed:
    """Gathers changes and makes the frames by which technicians are sent them."""

    subscriptions: Subscriptions
    _conversations: dict[str, Committed] = field(default_factory=dict)
    _shown_to_all: set[str] = field(default_factory=set)
    _technicians: dict[str, TechnicianChanged] = field(default_factory=dict)
    # The moment at which each is due; all of one kind wait equally long, so the first is due first.
    _due_slow: dict[str, float] = field(default_factory=dict)
    _due_soon: dict[str, float] = field(default_factory=dict)
    _due_presence: dict[str, float] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def note_conversation(self, news: Committed) -> None:
        """Note that a conversation is new or has changed."""
        before, after = news.before, news.after
        self._conversations[after.id] = news
        if before is None or ConversationStatus.WAITING in (before.status, after.status):
            self._shown_to_all.add(after.id)
        if before is None or before.status is not after.status or _moved(before, after):
            self._due_slow.pop(after.id, None)
            self._due_soon.setdefault(after.id, time.monotonic() + GATHER_S)
            self._wake.set()
        elif after.id not in self._due_slow and after.id not in self._due_soon:
            self._due_slow[after.id] = time.monotonic() + CONVERSATION_GATHER_S
            self._wake.set()

    def note_technician(self, news: TechnicianChanged) -> None:
        """Note that a technician's status, load or capacity has changed."""
        self._technicians[news.technician.id] = news
        self._due_presence.setdefault(news.technician.id, time.monotonic() + GATHER_S)
        self._wake.set()

    async def due_frames(self) -> AsyncIterator[tuple[Subscriber, bytes]]:
        """Wait for changes, and a step more; yield a session and a frame for it, one by one.

        Yields to the event loop every 10 conversations: encoding the summaries of 140 at once
        took 12 to 18 ms, in which every message waited.
        """
        await self._wake.wait()
        await asyncio.sleep(STEP_S)
        now = time.monotonic()
        for name in _take_due(self._due_presence, now):
            frame = encode(presence_frame(self._technicians.pop(name)))
            for subscriber in self.subscriptions.technicians():
                yield subscriber, frame
        due = (*_take_due(self._due_soon, now), *_take_due(self._due_slow, now))
        for count, name in enumerate(due, start=1):
            news = self._conversations.pop(name, None)
            # A change that came while others were sent has been told with them.
            for subscriber_and_frame in self._frames_about(news) if news else ():
                yield subscriber_and_frame
            if count % SUMMARIES_PER_TURN == 0:
                await asyncio.sleep(0)
        if not (self._due_presence or self._due_soon or self._due_slow):
            self._wake.clear()

    def _frames_about(self, news: Committed) -> list[tuple[Subscriber, bytes]]:
        state, technicians = news.after, self.subscriptions.technicians()
        # Encoded twice at most: once for those that may read all of it, once for all others.
        full = encode({"type": "conversation", **summary(state, news.marks, internal=True)})
        if state.status is ConversationStatus.WAITING:
            self._shown_to_all.discard(state.id)
            return [(subscriber, full) for subscriber in technicians]
        holder = state.technician.id if state.technician else ""
        followers = {each for each, _ in self.subscriptions.followers(state.id) if each.internal}
        followers.update(self.subscriptions.sessions_of(holder))
        frames = [(subscriber, full) for subscriber in followers]
        if state.id in self._shown_to_all:
            self._shown_to_all.remove(state.id)
            bare = encode({"type": "conversation", **outline(state)})
            frames += [(each, bare) for each in technicians if each not in followers]
        return frames


def _take_due(waiting: dict[str, float], now: float) -> list[str]:
    """Remove and return the names that are due."""
    due = [name for name, _ in takewhile(lambda item: item[1] <= now, waiting.items())]
    return [name for name in due if waiting.pop(name) <= now]


def _moved(before: Conversation, after: Conversation) -> bool:
    # A state that others have changed in other ways has the same technician, and not an equal one.
    return before.technician is not after.technician and before.technician != after.technician


def presence_frame(news: TechnicianChanged) -> dict[str, object]:
    view = colleague_view(news.technician, news.status, news.load)
    return {"type": "presence", "technician": view}
