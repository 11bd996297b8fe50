"""Plays recorded dialogues through real sockets and compares every transcript with what was sent.

Each dialogue in flight has one customer's and one technician's session; both are used for
dialogue after dialogue, because a server limits new connections from one address.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chatserver.bench.client import Count, Fields, LiveClient, RequestRefused
from chatserver.bench.comparison import Sent, differences
from chatserver.bench.dialogues import Cue, Dialogue, cues, read_dialogues
from chatserver.bench.report import Delays, delay, rows

REPLAY_TOPIC = "replay"
"""Only technicians of this topic get replayed customers, and no others."""

HANDED_ON = frozenset({"not_found", "not_allowed", "conflict"})
"""Refusals to a technician who has lost the conversation meanwhile."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What to replay, and where. `tokens` gives API tokens for so many technicians."""

    file: Path
    url: str
    tokens: Callable[[int], Awaitable[list[str]]]
    speed: float = 0
    pairs: int = 25
    limit: int | None = None


@dataclass(slots=True)
class Cast:
    """The technicians on stage, and who has which conversation."""

    technicians: dict[str, LiveClient] = field(default_factory=dict)
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
        for side in ("customer", "technician"):
            self.seen.pop((side, conversation), None)
        self.closed.pop(conversation, None)
        holder = self.holders.pop(conversation, None)
        if holder is not None:
            holder.forget(conversation)
        self.arrived = {key: at for key, at in self.arrived.items() if key[0] != conversation}

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass(slots=True)
class Replay:
    """A replay in progress."""

    options: ReplayOptions
    http: aiohttp.ClientSession
    cast: Cast
    waiting: deque[Dialogue]
    progress: Callable[[], None]
    faults: list[str] = field(default_factory=list)
    delays: Delays = field(default_factory=Delays)
    messages: int = 0
    size: int = 0
    dialogues: int = 0

    async def play_all(self, customer: LiveClient) -> None:
        """One customer's session plays dialogues until none is left."""
        while self.waiting:
            dialogue = self.waiting.popleft()
            try:
                await self._play(dialogue, customer)
            except RequestRefused as refused:
                self.faults.append(f"{dialogue.id}: {refused}")
            self.dialogues += 1
            self.progress()

    async def _play(self, dialogue: Dialogue, customer: LiveClient) -> None:
        await customer.request("profile", name=dialogue.customer)
        opened = await customer.request("open", topic=REPLAY_TOPIC, subject=dialogue.id)
        conversation = str(opened["conversation"])
        for cue in cues(dialogue, self.options.speed):
            await asyncio.sleep(cue.pause_s)
            await self._say(conversation, cue, customer)
        await self._as_technician(conversation, "close")
        await self.cast.until(
            lambda: len(self.cast.closed.get(conversation, ())) == len(("customer", "technician"))
        )
        await self._compare(dialogue, conversation, customer)
        customer.forget(conversation)
        self.cast.forget(conversation)

    async def _say(self, conversation: str, cue: Cue, customer: LiveClient) -> None:
        started = time.perf_counter()
        text = cue.turn.text
        if cue.turn.side == "customer":
            ok = await customer.request("send", conversation=conversation, text=text)
        else:
            ok = await self._as_technician(conversation, "send", text=text)
        self.messages += 1
        self.size += len(text.encode())
        assert isinstance(ok["seq"], int)
        self.delays.sent(started, time.perf_counter(), (conversation, ok["seq"]))

    async def _as_technician(self, conversation: str, kind: str, **fields: object) -> Fields:
        """Ask as whoever has the conversation, also when it is handed on meanwhile."""
        while True:
            await self.cast.until(lambda: conversation in self.cast.holders)
            holder = self.cast.holders[conversation]
            try:
                return await holder.request(kind, conversation=conversation, **fields)
            except RequestRefused as refused:
                if refused.code not in HANDED_ON:
                    raise
                await self.cast.until_other_than(holder, conversation)

    async def _compare(self, dialogue: Dialogue, conversation: str, customer: LiveClient) -> None:
        sent = [Sent(turn.side, turn.text) for turn in dialogue.turns]
        document = await self._fetch(conversation, "json", customer)
        text = await self._fetch(conversation, "txt", customer)
        live = {side: self.cast.seen.get((side, conversation), []) for side in SIDES}
        found = differences(sent, document, text, live)
        self.faults += [f"{dialogue.id}: {difference}" for difference in found]
        self.delays.arrived(self.cast.arrived)

    async def _fetch(self, conversation: str, form: str, customer: LiveClient) -> bytes:
        """A transcript over HTTP; asked for again while the server is away."""
        url = f"{self.options.url}/conversations/{conversation}/transcript.{form}"
        headers = {"Authorization": f"Bearer {customer.token}"}
        while True:
            try:
                async with self.http.get(url, headers=headers) as response:
                    response.raise_for_status()
                    return await response.read()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(1)


SIDES = ("customer", "technician")


async def replay(options: ReplayOptions) -> int:
    """Play a file; 0 when every transcript says what was said, 1 on any difference."""
    dialogues = await asyncio.to_thread(read_dialogues, options.file)
    dialogues = dialogues[: options.limit]
    pairs = max(1, min(options.pairs, len(dialogues)))
    tokens = await options.tokens(pairs)
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("replay"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    )
    count = Count()
    started = time.perf_counter()
    with bar:
        task = bar.add_task("replay", total=len(dialogues))
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession())
            cast = Cast()
            show = Replay(options, http, cast, deque(dialogues), lambda: bar.advance(task))
            for token in tokens[:pairs]:
                await _technician(stack, options.url, token, cast, count)
            customers = [await _customer(stack, options.url, cast, count) for _ in range(pairs)]
            async with asyncio.TaskGroup() as group:
                for customer in customers:
                    group.create_task(show.play_all(customer), name="dialogues")
    show.faults += count.violations
    Console().print(rows("replay", _figures(show, count, time.perf_counter() - started)))
    for fault in show.faults:
        print(fault, file=sys.stderr)
    return 1 if show.faults else 0


def _figures(show: Replay, count: Count, seconds: float) -> dict[str, str]:
    return {
        "dialogues": f"{show.dialogues:,}",
        "messages": f"{show.messages:,}",
        "bytes of text": f"{show.size:,}",
        "differences": f"{len(show.faults):,}",
        "duration": f"{seconds:.1f} s",
        "messages a second": f"{show.messages / seconds:,.0f}",
        "delay to the ok": delay(show.delays.to_ok),
        "delay to the other side": delay(show.delays.to_other_side),
        "connections lost": f"{count.reconnects:,}",
        "requests repeated": f"{count.repeats:,}",
    }


async def _technician(
    stack: AsyncExitStack, url: str, token: str, cast: Cast, count: Count
) -> None:
    hello: Fields = {"role": "technician", "token": token}
    client = LiveClient(live_url(url), hello, count=count)
    client.on_event = lambda event: cast.observe("technician", lambda: client, event)
    await stack.enter_async_context(client)
    # An earlier replay that was broken off must not keep this technician busy.
    own = client.welcome["conversations"]
    assert isinstance(own, list)
    for summary_of in own:
        await client.request("close", conversation=summary_of["conversation"])
    await client.request("status", status="online", capacity=1)


async def _customer(stack: AsyncExitStack, url: str, cast: Cast, count: Count) -> LiveClient:
    client = LiveClient(live_url(url), {"role": "customer"}, count=count)
    client.on_event = lambda event: cast.observe("customer", lambda: client, event)
    await stack.enter_async_context(client)
    customer = client.welcome["customer"]
    assert isinstance(customer, dict)
    cast.customers.add(str(customer["id"]))
    return client


def live_url(url: str) -> str:
    """Where live sessions connect, for a site at `url`."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}[parts.scheme]
    return f"{scheme}://{parts.netloc}/live"
