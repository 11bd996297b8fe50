"""Pairs that talk until everything is said, despite lost connections, and record all events.

Run as a program, its arguments are a URL, messages for each side, seconds between two messages,
seconds between pings, and the technicians' tokens; it prints the records as JSON.
"""

import asyncio
import secrets
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import orjson
import uvloop

from chatserver.replay.live_client import Count, Fields, LiveClient
from chatserver.replay.playback import live_url
from tests.bench.trials.staff import TOPIC

Condition = Callable[[], bool]
ReceivedEvents = list[tuple[int, str]]
"""Seq and text (or kind) of each event."""

FIRST_DELAY_S = 0.2
"""Seconds before the first reconnect; the wire protocol has 1 s, for people."""


@dataclass(slots=True)
class ConversationRecords:
    """By conversation: the acknowledged messages, and the events each side received in order."""

    acknowledged: dict[str, ReceivedEvents] = field(default_factory=dict)
    customers: dict[str, ReceivedEvents] = field(default_factory=dict)
    technicians: dict[str, ReceivedEvents] = field(default_factory=dict)
    reconnects: int = 0
    repeats: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TalkingPairs:
    """The conversations in progress."""

    url: str
    messages: int
    pace_s: float
    heartbeat_s: float
    account: ConversationRecords = field(default_factory=ConversationRecords)
    count: Count = field(default_factory=Count)
    holders: dict[str, LiveClient] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def all(self, tokens: list[str]) -> ConversationRecords:
        """Run a pair for each token until each has sent and received everything."""
        async with AsyncExitStack() as stack:
            for token in tokens:
                technician = self._client({"role": "technician", "token": token}, is_customer=False)
                await stack.enter_async_context(technician)
                await technician.request("status", status="online", capacity=1)
            async with asyncio.TaskGroup() as tasks:
                for _ in tokens:
                    tasks.create_task(self._pair(), name="pair")
        self.account.reconnects, self.account.repeats = self.count.reconnects, self.count.repeats
        self.account.violations = self.count.violations
        return self.account

    async def _pair(self) -> None:
        async with self._client({"role": "customer"}, is_customer=True) as customer:
            opened = await customer.request("open", topic=TOPIC, text="It blinks.")
            conversation = str(opened["conversation"])
            self._acknowledge(conversation, opened, "It blinks.")
            await self._until(lambda: conversation in self.holders)
            technician = self.holders[conversation]
            async with asyncio.TaskGroup() as tasks:
                for client in (customer, technician):
                    tasks.create_task(self._talk(client, conversation), name="side")
            await customer.request("close", conversation=conversation)
            await self._until(lambda: self._is_over(conversation))

    async def _talk(self, client: LiveClient, conversation: str) -> None:
        for number in range(self.messages):
            text = f"{client.hello['role']} {number} {secrets.token_hex(8)}"
            ok = await client.request("send", conversation=conversation, text=text)
            self._acknowledge(conversation, ok, text)
            await asyncio.sleep(self.pace_s)

    def _acknowledge(self, conversation: str, ok: Fields, text: str) -> None:
        assert isinstance(ok["seq"], int)
        self.account.acknowledged.setdefault(conversation, []).append((ok["seq"], text))

    def _is_over(self, conversation: str) -> bool:
        sides = (self.account.customers, self.account.technicians)
        return all(each.get(conversation, [(0, "")])[-1][1] == "closed" for each in sides)

    def _client(self, hello: Fields, *, is_customer: bool) -> LiveClient:
        account = self.account.customers if is_customer else self.account.technicians

        def on_event(event: Fields) -> None:
            conversation, seq = str(event["conversation"]), event["seq"]
            assert isinstance(seq, int)
            told = str(event.get("text", event["kind"]))
            account.setdefault(conversation, []).append((seq, told))
            if not is_customer:
                self.holders[conversation] = client
            self.news.set()

        client = LiveClient(
            live_url(self.url),
            hello,
            on_event,
            self.count,
            first_delay_s=FIRST_DELAY_S,
            heartbeat_s=self.heartbeat_s,
        )
        return client

    async def _until(self, condition: Condition) -> None:
        while not condition():
            self.news.clear()
            await self.news.wait()


def main() -> None:
    """Run all pairs in this process."""
    url, messages, pace_s, heartbeat_s, *tokens = sys.argv[1:]
    conversing = TalkingPairs(url, int(messages), float(pace_s), float(heartbeat_s))
    print(orjson.dumps(uvloop.run(conversing.all(tokens))).decode())


if __name__ == "__main__":
    main()
