"""The shared state of a replay: each conversation's technician, and what each side received."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from chatserver.replay.comparison import Sent
from chatserver.replay.live_client import Fields, LiveClient

SIDES = ("customer", "technician")


@dataclass(slots=True)
class Cast:
    """The sessions of a replay and what they have received.

    `holders` maps a conversation to its technician's session, `seen` a side and conversation to
    the messages received, `arrived` a message to its time of arrival (s). `strangers` are
    conversations of customers outside the replay, left over from one that was interrupted.
    """

    customers: set[str] = field(default_factory=set)
    holders: dict[str, LiveClient] = field(default_factory=dict)
    seen: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)
    arrived: dict[tuple[str, int], float] = field(default_factory=dict)
    closed: dict[str, set[str]] = field(default_factory=dict)
    strangers: deque[tuple[LiveClient, str]] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def observe(self, side: str, client: Callable[[], LiveClient], event: Fields) -> None:
        """Record one event that a session on `side` received."""
        conversation, kind, author = str(event["conversation"]), event["kind"], event["author"]
        assert isinstance(author, dict)
        if kind == "message":
            said = Sent(str(author["role"]), str(event["text"]))
            self.seen.setdefault((side, conversation), []).append(said)
            if author["role"] != side:
                assert isinstance(event["seq"], int)
                self.arrived[conversation, event["seq"]] = time.perf_counter()
        elif kind == "assigned" and side == "technician":
            self.holders[conversation] = client()
        elif kind == "requeued" and side == "technician":
            # The next technician receives the conversation from the beginning, so its record
            # starts over.
            self.seen.pop((side, conversation), None)
            self.holders.pop(conversation, None)
            client().forget(conversation)
        elif kind == "opened" and side == "technician" and author["id"] not in self.customers:
            self.strangers.append((client(), conversation))
        elif kind == "closed":
            self.closed.setdefault(conversation, set()).add(side)
        if kind != "message":
            self._notify()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` is true; it is evaluated after each observed event."""
        while not condition():
            changed = self.changed
            await changed.wait()

    async def until_other_than(self, holder: LiveClient, conversation: str) -> None:
        """Wait until a conversation is no longer held by `holder`."""
        await self.until(lambda: self.holders.get(conversation) is not holder)

    def forget(self, conversation: str) -> None:
        """Discard the records of a dialogue that is finished and compared."""
        for side in SIDES:
            self.seen.pop((side, conversation), None)
        self.closed.pop(conversation, None)
        holder = self.holders.pop(conversation, None)
        if holder is not None:
            holder.forget(conversation)
        self.arrived = {key: at for key, at in self.arrived.items() if key[0] != conversation}

    def is_closed(self, conversation: str) -> bool:
        """Return True once both sides have received the end of the conversation."""
        return len(self.closed.get(conversation, ())) == len(SIDES)

    def heard(self, conversation: str) -> dict[str, list[Sent]]:
        """Return the messages that each side received."""
        return {side: self.seen.get((side, conversation), []) for side in SIDES}

    def _notify(self) -> None:
        # A new Event for each change wakes all waiters once; with one Event, `clear()` right after
        # `set()` would be easy to get wrong.
        self.changed.set()
        self.changed = asyncio.Event()
