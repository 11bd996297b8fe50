"""Who is on stage in a replay: who has which conversation, and what each side has heard of it."""

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
    """The technicians on stage, and who has which conversation.

    `strangers` are customers whom nobody here plays, left over from a replay that was broken off.
    """

    customers: set[str] = field(default_factory=set)
    holders: dict[str, LiveClient] = field(default_factory=dict)
    seen: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)
    arrived: dict[tuple[str, int], float] = field(default_factory=dict)
    closed: dict[str, set[str]] = field(default_factory=dict)
    strangers: deque[tuple[LiveClient, str]] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def observe(self, side: str, client: Callable[[], LiveClient], event: Fields) -> None:
        """One event at one side's session."""
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
            # The next one is sent the conversation from its beginning.
            self.seen.pop((side, conversation), None)
            self.holders.pop(conversation, None)
            client().forget(conversation)
        elif kind == "opened" and side == "technician" and author["id"] not in self.customers:
            self.strangers.append((client(), conversation))
        elif kind == "closed":
            self.closed.setdefault(conversation, set()).add(side)
        if kind != "message":
            self._tell()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something to be observed."""
        while not condition():
            changed = self.changed
            await changed.wait()

    async def until_other_than(self, holder: LiveClient, conversation: str) -> None:
        """Wait until somebody else has a conversation."""
        await self.until(lambda: self.holders.get(conversation) is not holder)

    def forget(self, conversation: str) -> None:
        """The dialogue is over and was compared."""
        for side in SIDES:
            self.seen.pop((side, conversation), None)
        self.closed.pop(conversation, None)
        holder = self.holders.pop(conversation, None)
        if holder is not None:
            holder.forget(conversation)
        self.arrived = {key: at for key, at in self.arrived.items() if key[0] != conversation}

    def is_closed(self, conversation: str) -> bool:
        """Whether both sides have seen its end."""
        return len(self.closed.get(conversation, ())) == len(SIDES)

    def heard(self, conversation: str) -> dict[str, list[Sent]]:
        """The messages that each side's session was sent."""
        return {side: self.seen.get((side, conversation), []) for side in SIDES}

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
